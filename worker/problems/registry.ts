/** Every code of a problem: its HTTP status, its title, and whether the same request may succeed later. */

export interface ProblemKind {
  /** `null`: the code appears only inside a failed link. */
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 503 | 504 | null;
  readonly title: string;
  readonly retryable: boolean;
  /** What a person can do about it, unless the problem has a more specific detail. */
  readonly detail: string;
}

export const PROBLEMS = {
  invalid_request: {
    status: 400,
    title: "The request is invalid",
    retryable: false,
    detail: "Correct the fields listed in errors.",
  },
  idempotency_key_missing: {
    status: 400,
    title: "The Idempotency-Key header is missing",
    retryable: false,
    detail: "Send an Idempotency-Key of 1 to 255 characters, a new one for each operation.",
  },
  unauthorized: {
    status: 401,
    title: "The credentials are missing or invalid",
    retryable: false,
    detail: "Send a valid session token or API key as a bearer token.",
  },
  forbidden_origin: {
    status: 403,
    title: "This origin is not allowed",
    retryable: false,
    detail: "Add the page's origin to ALLOWED_ORIGINS.",
  },
  not_found: {
    status: 404,
    title: "Not found",
    retryable: false,
    detail: "Nothing exists here that these credentials may access.",
  },
  idempotency_in_progress: {
    status: 409,
    title: "The first request with this key is still in progress",
    retryable: true,
    detail: "Retry with the same key after Retry-After.",
  },
  link_closed: {
    status: 409,
    title: "The link is closed",
    retryable: false,
    detail: "Create a new link.",
  },
  payload_too_large: {
    status: 413,
    title: "The request body is too large",
    retryable: false,
    detail: "Send at most 16 kB.",
  },
  idempotency_key_reused: {
    status: 422,
    title: "The Idempotency-Key was used for a different request",
    retryable: false,
    detail: "Use a new key for each operation.",
  },
  redirect_uri_not_allowed: {
    status: 422,
    title: "The redirect URI is not allowed",
    retryable: false,
    detail: "Send one of REDIRECT_URIS, exactly as configured. It is required if several are configured.",
  },
  account_metadata_missing: {
    status: 422,
    title: "The chosen account is missing",
    retryable: false,
    detail: "Send the public token and the id of the chosen account.",
  },
  multiple_accounts: {
    status: 422,
    title: "More than one account was chosen",
    retryable: false,
    detail: "Choose one account.",
  },
  account_type_unsupported: {
    status: 422,
    title: "This type of account cannot be linked",
    retryable: false,
    detail: "Choose a checking or savings account.",
  },
  refresh_unsupported: {
    status: 422,
    title: "This provider cannot refresh an account",
    retryable: false,
    detail: "Link the account again.",
  },
  listing_unsupported: {
    status: 422,
    title: "This provider cannot list accounts",
    retryable: false,
    detail: "Set LYNX_ACCOUNTS_PATH if Lynx has given you that path.",
  },
  removal_unsupported: {
    status: 422,
    title: "This provider cannot remove an account",
    retryable: false,
    detail: "Ask the provider to remove it.",
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    retryable: true,
    detail: "Try again after Retry-After.",
  },
  internal_error: {
    status: 500,
    title: "Something went wrong on our side",
    retryable: true,
    detail: "Try again. If it persists, report the request id.",
  },
  provider_misconfigured: {
    status: 500,
    title: "The service is misconfigured",
    retryable: false,
    detail: "The log shows the reason under the request id.",
  },
  provider_unavailable: {
    status: 503,
    title: "The provider is unavailable",
    retryable: true,
    detail: "Try again in a moment.",
  },
  provider_timeout: {
    status: 504,
    title: "The provider did not answer in time",
    retryable: true,
    detail: "Try again in a moment.",
  },
  duplicate_account: {
    status: null,
    title: "This bank account is already linked",
    retryable: false,
    detail: "Use the existing account, or choose another.",
  },
  provider_rejected: {
    status: null,
    title: "The provider rejected the account",
    retryable: false,
    detail: "Start again, or choose another account.",
  },
  link_expired: {
    status: null,
    title: "The link expired",
    retryable: false,
    detail: "Start again.",
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;
