/** The contract that every provider fulfils. Routes and ledger know only this. */
import type { Account, FinalizeLink, ProviderName } from "../contract.ts";
import type { ProblemCode } from "../problems/registry.ts";

/** `replay`: repeating a lost call is safe. `search`: look for what it may have made before repeating it. */
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

/**
 * A call that did not give what was asked.
 * `done: "no"`: the provider surely did nothing. `done: "unknown"`: nobody knows.
 */
export interface Failure {
  code: ProblemCode;
  done: "no" | "unknown";
  /** The provider asked for this pause. */
  retryAfterMs?: number | null;
  /** When the call went out whose answer is lost. */
  sentAtMs?: number;
  /** Refused with a new token too: another try now would be refused as well. */
  unauthorized?: boolean;
  /** The provider itself has answered, so it is not at work on this call any more. */
  answered?: boolean;
}

export type Result<T> = { ok: true; value: T } | { ok: false; failure: Failure };

export const succeed = <T>(value: T): Result<T> => ({ ok: true, value });
export const fail = (
  code: ProblemCode,
  done: Failure["done"] = "no",
  retryAfterMs: number | null = null,
): Result<never> => ({ ok: false, failure: { code, done, retryAfterMs } });

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

/** `running`: a later step will tell more. The account as it stands now is told in any case. */
export interface OwnershipCheck {
  running: boolean;
  account: Account;
}

export interface ExpiredAccount {
  customerId: string;
  accountId: string;
  /** The provider's time of the last change, which tells one occurrence from the next. */
  updatedAt: string | null;
}

/** `unproven`: no call that changes nothing can tell, or it was not answered. */
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
  /** By our clock, where the provider's own is missing from the providerState. */
  linkCreatedAtMs: number;
  /** Accounts that other links of this customer made. */
  ownedIds: ReadonlySet<string>;
}

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
  }): Result<{ body: string; name: string }>;

  /** Makes the account. With `recovery: "search"` this is never repeated before `findAccount` was asked. */
  createAccount(body: string): Promise<Result<Account>>;

  /** After a lost `createAccount`: the account it made, or null. Only with `recovery: "search"`. */
  findAccount(query: AccountQuery): Promise<Result<Account | null>>;

  /** `not_found` for what is unknown or another customer's. */
  readAccount(customerId: string, accountId: string): Promise<Result<Account>>;

  /** After update mode, for an account that is `refresh_required`: puts the connection back to work. */
  refreshAccount(customerId: string, accountId: string): Promise<Result<Account>>;

  /** After that: the account as its bank shows it at this moment. Null where no proof is wanted or to be had. */
  readonly proveRefresh: ((customerId: string, accountId: string) => Promise<Result<Account>>) | null;

  /** Disconnects it; the answer is `removing` or `removed`. May be repeated. Only with `remove`. */
  removeAccount(customerId: string, accountId: string): Promise<Result<Account>>;

  /** The sandbox's way to simulate an expired connection. Only with `refresh`. */
  requireRefresh(customerId: string, accountId: string): Promise<Result<Account>>;

  /**
   * One step of the ownership check of an `unverified` account: begins it where it is due, reads how it stands.
   * Each step may be repeated. Only with `verify_ownership`.
   */
  verifyOwnership(customerId: string, accountId: string): Promise<Result<OwnershipCheck>>;

  /** One page of all customers' accounts whose connection has expired. Only with `refresh`. */
  listRefreshRequired(page: number): Promise<Result<{ accounts: ExpiredAccount[]; isLast: boolean }>>;

  /** What an account's `failure_code` means to a person. Pure. */
  accountFailure(failureCode: string | null): AccountFailureCode;

  /** Newest first. */
  listAccounts(customerId: string): Promise<Result<Account[]>>;

  /**
   * What the key may do, as far as reads tell that change nothing; every scope that is needed is in it.
   * Empty where the provider has no scopes.
   */
  checkScopes(): Promise<ScopeCheck[]>;
}

/** The problem of an account that the provider gave up. */
export type AccountFailureCode = Extract<
  ProblemCode,
  "duplicate_account" | "multiple_accounts" | "account_type_unsupported" | "provider_rejected"
>;
