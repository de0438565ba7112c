/** The contract that every provider fulfils. Routes and ledger know only this. */
import type { Account, FinalizeLink, ProviderName } from "../contract.ts";
import type { ProblemCode } from "../problems/registry.ts";

/** `replay`: repeating a lost call is safe. `search`: search for what it may have made before repeating it. */
export type Recovery = "replay" | "search";

export interface Capabilities {
  /** Plaid's update mode for an expired connection. */
  refresh: boolean;
  /** A link that was left can be opened again with the same token. */
  reopen: boolean;
  list: boolean;
  remove: boolean;
  verify_ownership: boolean;
}

/** A call that did not give what was asked, by what is known of its effect. */
export type Failure =
  /** The provider's own word on this request: it did nothing, and would say the same again. */
  | { kind: "rejected"; code: ProblemCode }
  /** The call never got as far as the provider's work, so nothing was done. */
  | { kind: "not_done"; code: ProblemCode; retryAfterMs: number | null }
  /**
   * Nobody knows whether it was done. `sentAtMs`: when the call went out. `hasEnded`: the provider itself has answered,
   * so it is not at work on this call any more.
   */
  | { kind: "unknown"; code: ProblemCode; retryAfterMs: number | null; sentAtMs: number; hasEnded: boolean };

export type Result<T> = { ok: true; value: T } | { ok: false; failure: Failure };

export const succeed = <T>(value: T): Result<T> => ({ ok: true, value });
export const reject = (code: ProblemCode): Result<never> => ({
  ok: false,
  failure: { kind: "rejected", code },
});
export const notDone = (code: ProblemCode, retryAfterMs: number | null = null): Result<never> => ({
  ok: false,
  failure: { kind: "not_done", code, retryAfterMs },
});
export const lose = (
  code: ProblemCode,
  {
    sentAtMs,
    retryAfterMs = null,
    hasEnded,
  }: { sentAtMs: number; retryAfterMs?: number | null; hasEnded: boolean },
): Result<never> => ({
  ok: false,
  failure: { kind: "unknown", code, retryAfterMs, sentAtMs, hasEnded },
});

/** The pause that the provider asked for. */
export function retryAfterMs(failure: Failure): number | null {
  return failure.kind === "rejected" ? null : failure.retryAfterMs;
}

export interface LinkRequest {
  customerId: string;
  /** Set: a refresh of this account. */
  accountId: string | null;
  redirectUri: string | null;
  /** One of the languages the provider knows. */
  language: string;
}

/** What the provider needs to remember between two steps of one link; plain JSON, no token in it. */
export type ProviderState = Readonly<Record<string, string>>;

export type Preparation =
  | { state: "pending"; providerState: ProviderState }
  | { state: "ready"; providerState: ProviderState; linkToken: string; linkTokenLifeMs: number }
  | { state: "failed"; code: ProblemCode };

/** What the customer chose in Link. */
export type Selection = Omit<FinalizeLink, "public_token">;

/** `running`: a later step shows more. The account comes as it stands now in any case. */
export interface OwnershipCheck {
  running: boolean;
  /** Every check of the customer was read, none is this account's, and one may be begun. */
  isDue?: boolean;
  account: IdentifiedAccount;
}

export interface ExpiredAccount {
  customerId: string;
  accountId: string;
  /** The provider's time of the last change, which distinguishes one occurrence from the next. */
  updatedAt: string | null;
}

/** `unproven`: no read-only call can prove it, or the call was not answered. */
export interface ScopeCheck {
  scope: string;
  result: "granted" | "missing" | "unproven";
}

export interface AccountQuery {
  customerId: string;
  /** The account's name as it was sent. */
  name: string;
  selection: Selection;
  providerState: ProviderState;
  /** By our clock, where the provider's own is missing from its state. */
  linkCreatedAtMs: number;
  /** Accounts that must not be taken: those of other links, and those of this one that are known already. */
  knownIds: ReadonlySet<string>;
}

/** What a search among the customer's accounts found. `isComplete`: every page was read. */
export type Lookup = Found & { isComplete: boolean };

type Found =
  /** The account that the lost call made. */
  | { found: "account"; account: IdentifiedAccount }
  /** An account of that name that contradicts Plaid Link's metadata: neither surely this link's nor surely another's. */
  | { found: "contradiction"; accountId: string }
  | { found: "nothing" };

/** An account that can be read again. */
export type IdentifiedAccount = Account & { id: string };

export interface Provider {
  readonly name: ProviderName;
  readonly capabilities: Capabilities;
  readonly recovery: Recovery;
  readonly languages: readonly string[];

  /**
   * One step towards a link token: the first with `providerState` null, the next ones with what the last gave.
   * Each step may be repeated: a link token that nobody uses does no harm.
   */
  prepare(request: LinkRequest, providerState: ProviderState | null): Promise<Result<Preparation>>;

  /**
   * The body of the call that makes the account, kept until the link's end so that a repeat is the same.
   * Pure. It refuses what the provider would refuse.
   */
  composeAccount(input: {
    linkId: string;
    customerId: string;
    publicToken: string;
    selection: Selection;
    /** Names sent for the customer's other links whose outcome is not known: not used again. */
    takenNames: ReadonlySet<string>;
  }): Result<{ body: string; name: string }>;

  /**
   * Makes the account. With `recovery: "search"` this is never repeated before `findAccount` was asked. An account
   * without an id cannot be read again, so it is never `processing`.
   */
  createAccount(body: string): Promise<Result<Account>>;

  /** After a lost `createAccount`: the account that it made. Only with `recovery: "search"`. */
  findAccount(query: AccountQuery): Promise<Result<Lookup>>;

  /** `not_found` for what is unknown or another customer's. */
  readAccount(customerId: string, accountId: string): Promise<Result<IdentifiedAccount>>;

  /** After update mode, for an account that is `refresh_required`: puts the connection back to work. */
  refreshAccount(customerId: string, accountId: string): Promise<Result<IdentifiedAccount>>;

  /** After that: the account as its bank shows it at this moment. Null where no proof is wanted or to be had. */
  readonly proveRefresh:
    | ((customerId: string, accountId: string) => Promise<Result<IdentifiedAccount>>)
    | null;

  /** Disconnects it; the answer is `removing` or `removed`. May be repeated. Only with `remove`. */
  removeAccount(customerId: string, accountId: string): Promise<Result<IdentifiedAccount>>;

  /** The sandbox's way to simulate an expired connection. Only with `refresh`. */
  requireRefresh(customerId: string, accountId: string): Promise<Result<IdentifiedAccount>>;

  /** How the ownership check of an `unverified` account stands. Only with `verify_ownership`. */
  verifyOwnership(customerId: string, accountId: string): Promise<Result<OwnershipCheck>>;

  /** Begins a check that is due: another one each time, so never while an earlier call may still be at work. */
  beginOwnershipCheck(customerId: string, accountId: string): Promise<Result<null>>;

  /** One page of all customers' accounts whose connection has expired. Only with `refresh`. */
  listRefreshRequired(page: number): Promise<Result<{ accounts: ExpiredAccount[]; isLast: boolean }>>;

  /** What an account's `failure_code` means to a person. Pure. */
  accountFailure(failureCode: string | null): AccountFailureCode;

  /** Newest first. */
  listAccounts(customerId: string): Promise<Result<Account[]>>;

  /**
   * What the key may do, as far as read-only calls can prove it; lists every scope that is needed.
   * Empty where the provider has no scopes.
   */
  checkScopes(): Promise<ScopeCheck[]>;
}

/** The problem of an account that the provider gave up. */
export type AccountFailureCode = Extract<
  ProblemCode,
  "duplicate_account" | "multiple_accounts" | "account_type_unsupported" | "provider_rejected"
>;
