/** Workflows: each creates one Plaid link token, after a while. */
import type { LinkTokenRequest, PlaidBackend } from "../plaid/backend.ts";
import { newGuid } from "./guid.ts";
import type { CybridSettings } from "./settings.ts";

export interface Workflow {
  guid: string;
  /** `null`: the bank's own. */
  customerGuid: string | null;
  createdAtMs: number;
  /** When it leaves `storing`. */
  settlesAtMs: number;
  /** When its token can first be read. */
  tokenReadyAtMs: number;
  failureCode: string | null;
  linkTokenRequest: LinkTokenRequest;
  linkToken: string | null;
}

export class Workflows {
  readonly #workflows = new Map<string, Workflow>();
  readonly #settings: CybridSettings;
  readonly #plaid: PlaidBackend;
  readonly #now: () => number;

  constructor(settings: CybridSettings, plaid: PlaidBackend, now: () => number) {
    this.#settings = settings;
    this.#plaid = plaid;
    this.#now = now;
  }

  create(customerGuid: string | null, linkTokenRequest: LinkTokenRequest, failureCode?: string): Workflow {
    const { workflowMs, tokenLagMs, workflowOutcome } = this.#settings;
    const createdAtMs = this.#now();
    const workflow: Workflow = {
      guid: newGuid(),
      customerGuid,
      createdAtMs,
      settlesAtMs: createdAtMs + workflowMs,
      tokenReadyAtMs: createdAtMs + workflowMs + tokenLagMs,
      failureCode: failureCode ?? (workflowOutcome === "completed" ? null : workflowOutcome.failed),
      linkTokenRequest,
      linkToken: null,
    };
    this.#workflows.set(workflow.guid, workflow);
    return workflow;
  }

  get(guid: string): Workflow | undefined {
    return this.#workflows.get(guid);
  }

  all(): Workflow[] {
    return [...this.#workflows.values()];
  }

  state(workflow: Workflow): "storing" | "completed" | "failed" {
    if (this.#now() < workflow.settlesAtMs) return "storing";
    return workflow.failureCode === null ? "completed" : "failed";
  }

  /** `null` until it is ready. It is created when first read, which is when its lifetime starts. */
  linkToken(workflow: Workflow): string | null {
    if (workflow.failureCode !== null || this.#now() < workflow.tokenReadyAtMs) return null;
    workflow.linkToken ??= this.#plaid.createLinkToken(workflow.linkTokenRequest).linkToken;
    return workflow.linkToken;
  }
}
