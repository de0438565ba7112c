/** A link as the ledger keeps it. Tokens live here only while they are needed, and nowhere else. */
import type { Account, LinkMode, LinkProblem, ProviderName } from "../contract.ts";
import type { ProblemCode } from "../problems/registry.ts";
import type { IdentifiedAccount, LinkRequest, ProviderState, Selection } from "../providers/provider.ts";

export type LinkRecord = PreparingLink | ReadyLink | LeftLink | FinalizingLink | LinkedLink | FailedLink;

interface LinkIdentity {
  id: string;
  provider: ProviderName;
  request: LinkRequest;
  reference: string | null;
  openedAtMs: number | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/** The provider makes the link token. */
export interface PreparingLink extends LinkIdentity {
  status: "preparing";
  /** `null` until the provider has been asked once. */
  providerState: ProviderState | null;
  /** The next step comes no earlier. */
  notBeforeMs: number;
}

export interface ReadyLink extends LinkIdentity {
  status: "ready";
  providerState: ProviderState;
  linkToken: string;
  linkTokenExpiresAtMs: number;
}

/** The customer left, or the token ran out. A public token that arrives late is still taken. */
export interface LeftLink extends LinkIdentity {
  status: "canceled" | "expired";
  providerState: ProviderState;
}

export interface FinalizingLink extends LinkIdentity {
  status: "finalizing";
  providerState: ProviderState;
  /** When the customer began to wait. */
  startedAtMs: number;
  /** The next step comes no earlier. */
  notBeforeMs: number;
  task: Task;
}

export interface LinkedLink extends LinkIdentity {
  status: "linked";
  account: Account;
  /** Plaid's id of the account that was chosen; `null` for a refresh. */
  chosenAccountId: string | null;
  /** The ownership check outlasted the customer's patience; the alarm follows it. */
  isOwnershipPending: boolean;
}

export interface FailedLink extends LinkIdentity {
  status: "failed";
  /** The account that the provider gave up, where there is one. */
  account: Account | null;
  problem: LinkProblem;
  /** `null` for a refresh, and for a link that failed before one was chosen. */
  chosenAccountId: string | null;
  /** Set where a lost post may still turn out to have made an account: it is looked up again later. */
  doubtful: (SentAccount & { providerState: ProviderState }) | null;
}

/** What remains to be done for a finalizing link. */
export type Task =
  /** The account is to be posted. */
  | { kind: "post"; post: AccountPost; doubt: Doubt | null }
  /** The intent: written before the call, so that a crash under it is known to be a lost answer. */
  | { kind: "posting"; post: AccountPost; doubt: Doubt | null }
  | LookupTask
  /** The account exists: it is read until it has left the provider's processing state. */
  | { kind: "follow"; sent: SentAccount; account: IdentifiedAccount; doubt: Doubt | null }
  /** The account has failed, but an earlier post was lost: its account may be alive. */
  | { kind: "last_lookup"; sent: SentAccount; account: IdentifiedAccount; code: ProblemCode; doubt: Doubt }
  /** The account exists; whether it is the customer's own is being checked. */
  | ({ kind: "verify"; sent: SentAccount; account: IdentifiedAccount; sinceMs: number } & PostedCheck)
  /** `isPatched`: the provider has been asked to put the connection back to work. */
  | { kind: "refresh"; accountId: string; isPatched: boolean };

/** A post was lost: the account that it may have made is looked for among the customer's. */
export interface LookupTask {
  kind: "lookup";
  post: AccountPost;
  doubt: Doubt;
  /** Complete lookups since the post must be dead, in which the account was not there. */
  emptyLookups: number;
  /** An account that has the name but contradicts Link: it forbids another post. */
  contradictingId: string | null;
  /** The provider rejected the repeat, which an earlier success would explain as well. */
  rejection: ProblemCode | null;
}

export interface PostedCheck {
  /** No other ownership check is begun before: one may exist, or be in the making. */
  noCheckBeforeMs: number;
}

/** What was sent for the account, without the token. */
export interface SentAccount {
  name: string;
  selection: Selection;
}

export interface AccountPost extends SentAccount {
  /** The call's body, byte for byte the same at every repeat. Holds the public token. */
  body: string;
}

/** At least one post's outcome is not known. */
export interface Doubt {
  lostPosts: number;
  /** When the last answer was lost. */
  lostAtMs: number;
  /** From then on the provider is surely not at work on that post any more. */
  deadAtMs: number;
  /** Where a repeat is safe: how often it was rejected since. */
  rejections: number;
}

export function modeOf({ request }: LinkRecord): LinkMode {
  return request.accountId === null ? "link" : "refresh";
}

/** Plaid's id of the account that the first finalize chose: another choice is another intent. */
export function chosenAccountId(record: LinkRecord): string | null {
  if (record.status === "linked" || record.status === "failed") return record.chosenAccountId;
  return record.status === "finalizing" ? (sentAccount(record.task)?.selection.account.id ?? null) : null;
}

export function sentAccount(task: Task): SentAccount | null {
  switch (task.kind) {
    case "post":
    case "posting":
    case "lookup":
      return task.post;
    case "follow":
    case "last_lookup":
    case "verify":
      return task.sent;
    case "refresh":
      return null;
  }
}

/** Names sent for accounts that may exist without our knowing. */
export function nameInDoubt(record: LinkRecord): string | null {
  if (record.status === "failed") return record.doubtful?.name ?? null;
  return record.status === "finalizing" ? (sentAccount(record.task)?.name ?? null) : null;
}
