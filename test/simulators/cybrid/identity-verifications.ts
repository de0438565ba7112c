/** Ownership checks: the only kind of identity verification that the stand-in supports. */
import type { ExternalBankAccount, ExternalBankAccounts } from "./external-bank-accounts.ts";
import { newGuid } from "./guid.ts";
import type { CybridSettings } from "./settings.ts";

export type ExpectedBehaviour = "passed_immediately" | "failed_immediately";

export interface IdentityVerification {
  guid: string;
  customerGuid: string;
  accountGuid: string;
  createdAtMs: number;
  updatedAtMs: number;
  state: string;
  outcome: "passed" | "failed" | null;
  failureCodes: string[] | null;
}

interface Plan {
  verification: IdentityVerification;
  states: string[];
  durationMs: number;
  end: CybridSettings["verificationOutcome"];
}

export class IdentityVerifications {
  readonly #verifications = new Map<string, IdentityVerification>();
  readonly #plans = new Set<Plan>();
  readonly #settings: CybridSettings;
  readonly #accounts: ExternalBankAccounts;
  readonly #now: () => number;

  constructor(settings: CybridSettings, accounts: ExternalBankAccounts, now: () => number) {
    this.#settings = settings;
    this.#accounts = accounts;
    this.#now = now;
  }

  create(
    customerGuid: string,
    account: ExternalBankAccount,
    expected?: ExpectedBehaviour,
  ): IdentityVerification {
    const { verificationMs, verificationStates, verificationOutcome } = this.#settings;
    const verification: IdentityVerification = {
      guid: newGuid(),
      customerGuid,
      accountGuid: account.guid,
      createdAtMs: this.#now(),
      updatedAtMs: this.#now(),
      state: "storing",
      outcome: null,
      failureCodes: null,
    };
    this.#verifications.set(verification.guid, verification);
    this.#plans.add({
      verification,
      states: expected ? ["storing"] : [...verificationStates],
      durationMs: expected ? 0 : verificationMs,
      end: expected ? expectedEnd(expected) : verificationOutcome,
    });
    return verification;
  }

  get(guid: string): IdentityVerification | undefined {
    this.advance();
    return this.#verifications.get(guid);
  }

  all(): IdentityVerification[] {
    this.advance();
    return [...this.#verifications.values()];
  }

  /** A passed check also completes its account, so call this before reading accounts. */
  advance(): void {
    const nowMs = this.#now();
    for (const plan of this.#plans) {
      const { verification, states, durationMs } = plan;
      const elapsedMs = nowMs - verification.createdAtMs;
      if (elapsedMs >= durationMs) {
        this.#plans.delete(plan);
        this.#finish(plan);
        continue;
      }
      const state = states[Math.floor((elapsedMs / durationMs) * states.length)];
      if (state) verification.state = state;
    }
  }

  #finish({ verification, durationMs, end }: Plan): void {
    verification.updatedAtMs = verification.createdAtMs + durationMs;
    if (end === "expired") {
      verification.state = "expired";
      return;
    }
    const account = this.#accounts.get(verification.accountGuid);
    const gone = !account || account.state === "deleting" || account.state === "deleted";
    verification.state = "completed";
    verification.outcome = end === "passed" && !gone ? "passed" : "failed";
    if (gone) verification.failureCodes = ["deleted_account"];
    else if (typeof end === "object") verification.failureCodes = end.failed;
    if (verification.outcome === "passed" && account) {
      if (account.state === "unverified") this.#accounts.setState(account, "completed");
      else account.verified = true;
    }
  }
}

function expectedEnd(expected: ExpectedBehaviour): Plan["end"] {
  return expected === "passed_immediately" ? "passed" : { failed: ["requested_failure"] };
}
