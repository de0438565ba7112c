/** Everything about the Cybrid stand-in that a test may change, even while it runs. */

export interface CybridSettings {
  clientId: string;
  clientSecret: string;
  /** What this client may request. */
  grantedScopes: string[];
  /** What happens to a token request for more than that. Not published. */
  excessScopes: "refused" | "dropped";
  accessTokenLifeS: number;

  /** Time that a workflow spends in `storing`. */
  workflowMs: number;
  /** Time that a completed workflow still lacks its `plaid_link_token`. */
  tokenLagMs: number;
  /** The failure codes are not published: use any. */
  workflowOutcome: "completed" | { failed: string };
  /** `null`: every URI counts as registered. */
  redirectUris: string[] | null;
  /** How one that is not registered is rejected. Not published. */
  unregisteredRedirectUri: "422" | "failed later";
  /** Off: the bank has no country configured, and every workflow is rejected with 422. */
  countryConfigured: boolean;

  /** Time that an account spends in `storing`. */
  accountMs: number;
  /** `by-customer`: an individual's account is `unverified`, a business's `completed`. */
  accountOutcome: "completed" | "unverified" | "by-customer" | { failed: string };
  /** Off: the same bank account can be added repeatedly. */
  duplicateDetection: boolean;
  /** How a used, expired or unknown public token is rejected. Not published. */
  spentTokenAnswers: "422" | "failed later";
  /** The subtypes that do not end as `invalid_account_type`. The real list is not published. */
  accountSubtypes: string[];
  /** From when on answers contain institution, mask and the bank's account name. Not published. */
  plaidDetailsFrom: "creation" | "settlement";
  /** Whether `asset` is required, on which Cybrid's own description contradicts itself. */
  assetRequired: boolean;
  assets: string[];
  /** Time until a new account appears in lists. */
  listLagMs: number;
  /** The state after a PATCH to `completed`; `by-account`: as verified as the account was before. */
  patchAnswers: "by-account" | "completed" | "unverified";
  /** The outcome of a read with `include_balances` or `force_balance_refresh`. */
  balanceOutcome: BalanceOutcome;
  /** Time that an account spends in `deleting`. */
  deletingMs: number;
  /** Whether a deleted account can still be read and listed. Not published. */
  deletedAccounts: "shown" | "hidden";

  /** Time that an ownership check takes, spread evenly over `verificationStates`. */
  verificationMs: number;
  verificationStates: string[];
  verificationOutcome: "passed" | "expired" | { failed: string[] };
}

export type BalanceOutcome = "ok" | "refresh_required" | "deleted" | "not_responding";

export const cybridScopes = [
  "customers:read",
  "workflows:read",
  "workflows:execute",
  "external_bank_accounts:read",
  "external_bank_accounts:write",
  "external_bank_accounts:execute",
  "identity_verifications:read",
  "identity_verifications:execute",
];

export function defaultCybridSettings(): CybridSettings {
  return {
    clientId: "cybrid-client-id",
    clientSecret: "cybrid-client-secret",
    grantedScopes: [...cybridScopes],
    excessScopes: "refused",
    accessTokenLifeS: 1800,
    workflowMs: 300,
    tokenLagMs: 50,
    workflowOutcome: "completed",
    redirectUris: null,
    unregisteredRedirectUri: "422",
    countryConfigured: true,
    accountMs: 300,
    accountOutcome: "completed",
    duplicateDetection: true,
    spentTokenAnswers: "422",
    accountSubtypes: ["checking", "savings", "money market", "cash management"],
    plaidDetailsFrom: "settlement",
    assetRequired: false,
    assets: ["USD", "CAD"],
    listLagMs: 0,
    patchAnswers: "by-account",
    balanceOutcome: "ok",
    deletingMs: 300,
    deletedAccounts: "shown",
    verificationMs: 600,
    verificationStates: ["storing", "pending"],
    verificationOutcome: "passed",
  };
}
