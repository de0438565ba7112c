/**
 * External bank accounts and the states they pass through. No timer runs: every access first brings the
 * accounts to their current state.
 */
import { newGuid } from "./guid.ts";
import type { BalanceOutcome, CybridSettings } from "./settings.ts";

export type AccountState =
  | "storing"
  | "completed"
  | "unverified"
  | "failed"
  | "refresh_required"
  | "deleting"
  | "deleted";

/** What the stand-in knows about the account at the bank. */
export interface BankDetails {
  itemId: string;
  institutionId: string;
  mask: string | null;
  accountName: string;
  accountNumber: string;
}

export interface ExternalBankAccount {
  guid: string;
  /** `null`: the bank's own. */
  customerGuid: string | null;
  name: string;
  asset: string;
  state: AccountState;
  failureCode: string | null;
  createdAtMs: number;
  updatedAtMs: number;
  /** When lists begin to show it. */
  listedFromMs: number;
  /** `null` if the public token was bad. */
  bank: BankDetails | null;
  /** Whether ownership is verified: the state that it returns to after `refresh_required`. */
  verified: boolean;
  /** The outcome of the next balance read, if not the one of the settings. */
  balanceOutcome?: BalanceOutcome;
}

export interface NewAccount {
  customerGuid: string | null;
  name: string;
  asset: string;
  bank: BankDetails | null;
  /** Its state after `storing`, unless it turns out to be a duplicate. */
  outcome: "completed" | "unverified" | { failed: string };
  listLagMs: number;
}

const liveStates: ReadonlySet<AccountState> = new Set([
  "storing",
  "completed",
  "unverified",
  "refresh_required",
]);

export class ExternalBankAccounts {
  /** In order of creation. */
  readonly #accounts = new Map<string, ExternalBankAccount>();
  /** The scheduled change of an account, at most one each. */
  readonly #scheduled = new Map<string, { atMs: number; apply: (account: ExternalBankAccount) => void }>();
  readonly #settings: CybridSettings;
  readonly #now: () => number;

  constructor(settings: CybridSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  create({ customerGuid, name, asset, bank, outcome, listLagMs }: NewAccount): ExternalBankAccount {
    this.#advance();
    const nowMs = this.#now();
    const account: ExternalBankAccount = {
      guid: newGuid(),
      customerGuid,
      name,
      asset,
      state: "storing",
      failureCode: null,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      listedFromMs: nowMs + listLagMs,
      bank,
      verified: false,
    };
    this.#accounts.set(account.guid, account);
    this.#scheduled.set(account.guid, {
      atMs: nowMs + this.#settings.accountMs,
      apply: () => this.#settle(account, outcome),
    });
    return account;
  }

  get(guid: string): ExternalBankAccount | undefined {
    this.#advance();
    return this.#accounts.get(guid);
  }

  /** Every account, those that lists do not show yet included. */
  all(): ExternalBankAccount[] {
    this.#advance();
    return [...this.#accounts.values()];
  }

  setState(account: ExternalBankAccount, state: AccountState, failureCode: string | null = null): void {
    this.#scheduled.delete(account.guid);
    account.state = state;
    account.failureCode = failureCode;
    account.updatedAtMs = this.#now();
    if (state === "completed") account.verified = true;
    if (state === "unverified") account.verified = false;
  }

  rename(account: ExternalBankAccount, name: string): void {
    account.name = name;
    account.updatedAtMs = this.#now();
  }

  remove(account: ExternalBankAccount): void {
    if (account.state === "deleting" || account.state === "deleted") return;
    this.setState(account, "deleting");
    this.#scheduled.set(account.guid, {
      atMs: this.#now() + this.#settings.deletingMs,
      apply: () => {
        account.state = "deleted";
      },
    });
  }

  #advance(): void {
    const nowMs = this.#now();
    for (const [guid, { atMs, apply }] of this.#scheduled) {
      const account = this.#accounts.get(guid);
      if (atMs > nowMs || !account) continue;
      this.#scheduled.delete(guid);
      apply(account);
      account.updatedAtMs = atMs;
    }
  }

  #settle(account: ExternalBankAccount, outcome: NewAccount["outcome"]): void {
    if (typeof outcome === "object") {
      account.state = "failed";
      account.failureCode = outcome.failed;
    } else if (this.#settings.duplicateDetection && this.#isDuplicate(account)) {
      account.state = "failed";
      account.failureCode = "duplicate";
    } else {
      account.state = outcome;
      account.verified = outcome === "completed";
    }
  }

  /** The same number at the same institution for the same customer: item and account ids differ each time. */
  #isDuplicate(account: ExternalBankAccount): boolean {
    for (const earlier of this.#accounts.values()) {
      if (earlier === account) return false;
      if (
        earlier.customerGuid === account.customerGuid &&
        earlier.bank?.institutionId === account.bank?.institutionId &&
        earlier.bank?.accountNumber === account.bank?.accountNumber &&
        liveStates.has(earlier.state)
      ) {
        return true;
      }
    }
    return false;
  }
}
