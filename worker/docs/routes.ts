/** Every route of the API, for the OpenAPI document and the page at /docs. Tests compare it with the mounted routes and with what they answer. */
import type { ProblemCode } from "../problems/registry.ts";
import type { RequestHeader, ResponseHeader } from "./headers.ts";
import type { ShapeName } from "./shapes.ts";

export type Who = "session" | "key" | "session or key" | "all";

export interface Answer {
  /** `null`: no body. */
  shape: ShapeName | null;
  when: string;
  /** Besides those on every response: the headers that are always sent, and those that may be. */
  headers?: readonly ResponseHeader[];
  optionalHeaders?: readonly ResponseHeader[];
}

export interface QueryParameter {
  required: boolean;
  description: string;
}

export interface Route {
  method: "get" | "post" | "delete";
  path: string;
  operationId: string;
  who: Who;
  summary: string;
  query?: Readonly<Record<string, QueryParameter>>;
  headers?: readonly RequestHeader[];
  /** Several: one of them. */
  body?: readonly ShapeName[];
  answers: Readonly<Record<number, Answer>>;
  problems: readonly ProblemCode[];
}

const CUSTOMER_BY_KEY = {
  customer_id: {
    required: false,
    description: "The customer: required with an API key, ignored with a session token.",
  },
  provider: { required: false, description: "With an API key: required where two providers are configured." },
};

const COMMON = [
  "unauthorized",
  "forbidden_origin",
  "rate_limited",
  "provider_misconfigured",
  "internal_error",
] as const;
/** The keys that sign session tokens may be unreachable. */
const SESSION = [...COMMON, "provider_unavailable"] as const;
const SESSION_OR_KEY = [...SESSION, "invalid_request"] as const;
const BODY = ["invalid_request", "payload_too_large"] as const;
const IDEMPOTENT = ["idempotency_key_missing", "idempotency_in_progress", "idempotency_key_reused"] as const;

const PENDING: Answer = {
  shape: "Link",
  when: "The provider is still working: ask again after `Retry-After`.",
  headers: ["Retry-After"],
  optionalHeaders: ["Preference-Applied", "Idempotent-Replayed"],
};
const link = (when: string, ...optionalHeaders: ResponseHeader[]): Answer => ({
  shape: "Link",
  when,
  optionalHeaders,
});

export const routes: readonly Route[] = [
  {
    method: "post",
    path: "/v1/sessions",
    operationId: "createSession",
    who: "key",
    summary: "Issues a session token, for hosts that prefer not to sign JWTs themselves.",
    body: ["CreateSession"],
    answers: { 201: { shape: "Session", when: "The token, for the customer's page." } },
    problems: [...COMMON, ...BODY],
  },
  {
    method: "post",
    path: "/v1/links",
    operationId: "createLink",
    who: "session",
    summary:
      "Creates a link; with `account_id`, a refresh of that account. A `ready` link with the same parameters that was never opened is returned instead.",
    headers: ["Idempotency-Key", "Prefer"],
    body: ["CreateLink"],
    answers: {
      201: link(
        "`ready`, with its token; or `failed`, with the problem inside.",
        "Preference-Applied",
        "Idempotent-Replayed",
      ),
      202: PENDING,
    },
    problems: [
      ...SESSION,
      ...BODY,
      ...IDEMPOTENT,
      "not_found",
      "redirect_uri_not_allowed",
      "refresh_unsupported",
      "provider_timeout",
    ],
  },
  {
    method: "get",
    path: "/v1/links",
    operationId: "listLinks",
    who: "session or key",
    summary: "The customer's newest 50 links.",
    query: CUSTOMER_BY_KEY,
    answers: { 200: { shape: "LinkList", when: "Newest first." } },
    problems: SESSION_OR_KEY,
  },
  {
    method: "get",
    path: "/v1/links/current",
    operationId: "currentLink",
    who: "session",
    summary:
      "The most recently opened link that has not completed: the page resumes it after the bank's redirect.",
    query: { redirect_uri: { required: false, description: "Only a link with this redirect URI." } },
    answers: {
      200: link("With its token while it is `ready`."),
      202: { ...PENDING, optionalHeaders: [] },
    },
    problems: [...SESSION, "not_found"],
  },
  {
    method: "get",
    path: "/v1/links/{id}",
    operationId: "readLink",
    who: "session or key",
    summary: "One link in its current state.",
    query: CUSTOMER_BY_KEY,
    headers: ["Prefer"],
    answers: {
      200: link("The link, unless it is `preparing` or `finalizing`.", "Preference-Applied"),
      202: { ...PENDING, optionalHeaders: ["Preference-Applied"] },
    },
    problems: [...SESSION_OR_KEY, "not_found"],
  },
  {
    method: "post",
    path: "/v1/links/{id}/open",
    operationId: "openLink",
    who: "session",
    summary: "Records that Plaid Link is about to open.",
    answers: { 200: link("The link.") },
    problems: [...SESSION, "not_found", "link_closed"],
  },
  {
    method: "post",
    path: "/v1/links/{id}/finalize",
    operationId: "finalizeLink",
    who: "session",
    summary:
      "Creates the account that the customer chose, or completes the refresh, exactly once. A second finalize joins the first.",
    headers: ["Idempotency-Key", "Prefer"],
    body: ["FinalizeLink", "FinalizeRefresh"],
    answers: {
      200: link(
        "Completed: `linked`, or `failed` with the problem inside.",
        "Preference-Applied",
        "Idempotent-Replayed",
      ),
      202: PENDING,
    },
    problems: [
      ...SESSION,
      ...BODY,
      ...IDEMPOTENT,
      "not_found",
      "link_closed",
      "account_metadata_missing",
      "multiple_accounts",
      "account_type_unsupported",
    ],
  },
  {
    method: "post",
    path: "/v1/links/{id}/exit",
    operationId: "exitLink",
    who: "session",
    summary:
      "Records that the customer left Plaid Link. A Cybrid link can be opened again unless `final` is set; a Lynx link ends.",
    body: ["ExitLink"],
    answers: { 200: link("The link."), 202: { ...PENDING, optionalHeaders: [] } },
    problems: [...SESSION, ...BODY, "not_found"],
  },
  {
    method: "get",
    path: "/v1/accounts",
    operationId: "listAccounts",
    who: "session or key",
    summary: "The customer's accounts at the provider.",
    query: CUSTOMER_BY_KEY,
    answers: { 200: { shape: "AccountList", when: "Newest first." } },
    problems: [...SESSION_OR_KEY, "listing_unsupported", "provider_timeout"],
  },
  {
    method: "get",
    path: "/v1/accounts/{id}",
    operationId: "readAccount",
    who: "session or key",
    summary: "One account in its current state at the provider.",
    query: CUSTOMER_BY_KEY,
    answers: { 200: { shape: "Account", when: "The account." } },
    problems: [...SESSION_OR_KEY, "not_found", "listing_unsupported", "provider_timeout"],
  },
  {
    method: "delete",
    path: "/v1/accounts/{id}",
    operationId: "removeAccount",
    who: "session",
    summary: "Disconnects the account, where the provider supports it.",
    answers: { 200: { shape: "Account", when: "`removing` or `removed`." } },
    problems: [...SESSION, "not_found", "removal_unsupported", "provider_timeout"],
  },
  {
    method: "post",
    path: "/v1/accounts/{id}/require-refresh",
    operationId: "requireRefresh",
    who: "session",
    summary:
      "Sandbox only, 404 in production: sets the account to `refresh_required`, as an expired connection would.",
    answers: { 200: { shape: "Account", when: "The account." } },
    problems: [...SESSION, "not_found", "refresh_unsupported", "provider_timeout"],
  },
  {
    method: "delete",
    path: "/v1/customers/{id}",
    operationId: "eraseCustomer",
    who: "key",
    summary: "Erases everything stored about a customer. The accounts at the provider are not touched.",
    query: {
      provider: { required: false, description: "Required where two providers are configured." },
    },
    answers: { 204: { shape: null, when: "Erased, or nothing was stored." } },
    problems: [...COMMON, "invalid_request"],
  },
  {
    method: "get",
    path: "/v1/webhooks",
    operationId: "listUndelivered",
    who: "key",
    summary: "The webhook messages of one customer that have not been delivered.",
    query: {
      customer_id: { required: true, description: "The customer." },
      provider: { required: false, description: "Required where two providers are configured." },
    },
    answers: { 200: { shape: "UndeliveredList", when: "The messages." } },
    problems: [...COMMON, "invalid_request"],
  },
  {
    method: "get",
    path: "/v1/doctor",
    operationId: "doctor",
    who: "key",
    summary: "The go-live checklist, also while the configuration is invalid.",
    query: {
      customer_id: {
        required: false,
        description: "Creates one real link token per redirect URI for this customer.",
      },
      provider: {
        required: false,
        description: "The customer's provider: required where two are configured.",
      },
    },
    answers: { 200: { shape: "DoctorReport", when: "The report, whatever the checks found." } },
    problems: ["unauthorized", "forbidden_origin", "rate_limited", "invalid_request", "internal_error"],
  },
  {
    method: "get",
    path: "/healthz",
    operationId: "health",
    who: "all",
    summary: "Whether the Worker is running, and its version.",
    answers: { 200: { shape: "Health", when: "The Worker is running." } },
    problems: [],
  },
];
