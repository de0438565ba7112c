/** A link as the ledger keeps it. Tokens live here only while they are needed, and nowhere else. */
import type { Account, LinkMode, LinkProblem, LinkStatus, ProviderName } from "../contract.ts";
import type { LinkRequest, ProviderState, Selection } from "../providers/provider.ts";

export interface LinkRecord {
  id: string;
  provider: ProviderName;
  mode: LinkMode;
  status: LinkStatus;
  request: LinkRequest;
  reference: string | null;
  providerState: ProviderState | null;
  linkToken: string | null;
  linkTokenExpiresAtMs: number | null;
  /** What remains to be done with the provider; null while a person is at work, and at the end. */
  work: Work | null;
  account: Account | null;
  problem: LinkProblem | null;
  /** Plaid's id of the account that the first finalize chose: another choice is another intent. */
  chosenAccountId: string | null;
  /** The ownership check outlasted the customer's patience; the alarm follows it. */
  ownershipPending: boolean;
  openedAtMs: number | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/** `notBeforeMs` paces every kind; `startedAtMs` is when the customer began to wait for it. */
export type Work = { startedAtMs: number; notBeforeMs: number } & (
  | { kind: "prepare"; looks: number }
  | ({ kind: "create" } & Creation)
  /** The intent: written before the call, so that a crash under it is known to be a lost answer. */
  | ({ kind: "posting" } & Creation)
  | ({ kind: "search"; emptyLooks: number } & Creation)
  | { kind: "process"; accountId: string; looks: number; name: string; selection: Selection }
  /** The account is there; whether it is the customer's own is being checked. */
  | { kind: "verify"; accountId: string; looks: number; name: string; selection: Selection }
  /** `patched`: the provider has been asked to put the connection back to work. */
  | { kind: "refresh"; accountId: string; looks: number; patched: boolean }
);

export type WorkOf<Kind extends Work["kind"]> = Extract<Work, { kind: Kind }>;

export interface Creation {
  /** The call's body, byte for byte the same at every repeat. Holds the public token. */
  body: string;
  /** The account's name as sent. */
  name: string;
  selection: Selection;
  /** Calls whose outcome nobody knows. */
  lostPosts: number;
  /** Refusals since then: an earlier success would explain them as well. */
  refusals: number;
}

/** Nothing more will happen to it by itself, though a late public token is still taken unless linked or failed. */
export function isResting(status: LinkStatus): boolean {
  return status !== "preparing" && status !== "finalizing";
}
