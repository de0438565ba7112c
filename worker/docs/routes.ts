/** Every route of the API, for document and page. Tests hold it to the routes that are mounted and to what they answer. */
import type { ProblemCode } from "../problems/registry.ts";
import type { RequestHeader, ResponseHeader } from "./headers.ts";
import type { ShapeName } from "./shapes.ts";

export type Who = "session" | "key" | "session or key" | "all";

export interface Answer {
  /** `null`: no body. */
  shape: ShapeName | null;
  when: string;
  /** Those that come for sure, and those that may. */
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
  customer_id: { required: false, description: "With an API key: whose. Never with a session." },
  provider: { required: false, description: "With an API key, where two providers are configured." },
};

const COMMON = ["unauthorized", "forbidden_origin", "provider_misconfigured", "internal_error"] as const;
/** A session may be signed by keys that cannot be read at the moment. */
const SESSION = [...COMMON, "rate_limited", "provider_unavailable"] as const;
const SESSION_OR_KEY = [...SESSION, "invalid_request"] as const;
const BODY = ["invalid_request", "payload_too_large"] as const;
const ONCE = ["idempotency_key_missing", "idempotency_in_progress", "idempotency_key_reused"] as const;

const WORKING: Answer = {
  shape: "Link",
  when: "The provider still works: ask again after `Retry-After`.",
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
    summary: "Mints a session token, for hosts that would rather not sign JWTs.",
    body: ["CreateSession"],
    answers: { 201: { shape: "Session", when: "Hand it to the customer's page." } },
    problems: [...COMMON, ...BODY],
  },
  {
    method: "post",
    path: "/v1/links",
    operationId: "createLink",
    who: "session",
    summary:
      "Begins a link, or a refresh of an account. A ready link of the same wishes that was never opened is handed out again.",
    headers: ["Idempotency-Key", "Prefer"],
    body: ["CreateLink"],
    answers: {
      201: link(
        "`ready` with its token; or `failed` with the problem inside.",
        "Preference-Applied",
        "Idempotent-Replayed",
      ),
      202: WORKING,
    },
    problems: [
      ...SESSION,
      ...BODY,
      ...ONCE,
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
    summary: "The link that was opened last and is not at its end: where a return from the bank goes on.",
    query: { redirect_uri: { required: false, description: "Only a link with this one." } },
    answers: {
      200: link("With its token while it is `ready`."),
      202: { ...WORKING, optionalHeaders: [] },
    },
    problems: [...SESSION, "not_found"],
  },
  {
    method: "get",
    path: "/v1/links/{id}",
    operationId: "readLink",
    who: "session or key",
    summary: "One link, as it now stands.",
    query: CUSTOMER_BY_KEY,
    headers: ["Prefer"],
    answers: {
      200: link("Nothing is being done at the moment.", "Preference-Applied"),
      202: { ...WORKING, optionalHeaders: ["Preference-Applied"] },
    },
    problems: [...SESSION_OR_KEY, "not_found"],
  },
  {
    method: "post",
    path: "/v1/links/{id}/open",
    operationId: "openLink",
    who: "session",
    summary: "Says that Plaid Link is about to open.",
    answers: { 200: link("Noted.") },
    problems: [...SESSION, "not_found", "link_closed"],
  },
  {
    method: "post",
    path: "/v1/links/{id}/finalize",
    operationId: "finalizeLink",
    who: "session",
    summary: "Turns what the customer chose into an account, once. A second finalize joins the first.",
    headers: ["Idempotency-Key", "Prefer"],
    body: ["FinalizeLink", "FinalizeRefresh"],
    answers: {
      200: link(
        "At its end: `linked`, or `failed` with the problem inside.",
        "Preference-Applied",
        "Idempotent-Replayed",
      ),
      202: WORKING,
    },
    problems: [
      ...SESSION,
      ...BODY,
      ...ONCE,
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
      "Says that the customer left Link. With Cybrid it can be opened again unless `final`; with Lynx it ends.",
    body: ["ExitLink"],
    answers: { 200: link("Noted."), 202: { ...WORKING, optionalHeaders: [] } },
    problems: [...SESSION, ...BODY, "not_found"],
  },
  {
    method: "get",
    path: "/v1/accounts",
    operationId: "listAccounts",
    who: "session or key",
    summary: "The customer's accounts.",
    query: CUSTOMER_BY_KEY,
    answers: { 200: { shape: "AccountList", when: "Newest first." } },
    problems: [...SESSION_OR_KEY, "listing_unsupported", "provider_timeout"],
  },
  {
    method: "get",
    path: "/v1/accounts/{id}",
    operationId: "readAccount",
    who: "session or key",
    summary: "One account, as the provider now tells it.",
    query: CUSTOMER_BY_KEY,
    answers: { 200: { shape: "Account", when: "Found." } },
    problems: [...SESSION_OR_KEY, "not_found", "listing_unsupported", "provider_timeout"],
  },
  {
    method: "delete",
    path: "/v1/accounts/{id}",
    operationId: "removeAccount",
    who: "session",
    summary: "Disconnects the account, where the provider can.",
    answers: { 200: { shape: "Account", when: "`removing` or `removed`." } },
    problems: [...SESSION, "not_found", "removal_unsupported", "provider_timeout"],
  },
  {
    method: "post",
    path: "/v1/accounts/{id}/require-refresh",
    operationId: "requireRefresh",
    who: "session",
    summary:
      "Sandbox only, 404 elsewhere: makes the account `refresh_required`, as an expired connection would.",
    answers: { 200: { shape: "Account", when: "Done." } },
    problems: [...SESSION, "not_found", "refresh_unsupported", "provider_timeout"],
  },
  {
    method: "delete",
    path: "/v1/customers/{id}",
    operationId: "eraseCustomer",
    who: "key",
    summary: "Erases what we hold of a customer. The accounts at the provider stay.",
    query: {
      provider: { required: false, description: "Needed where two providers are configured." },
    },
    answers: { 204: { shape: null, when: "Erased; also when there was nothing." } },
    problems: [...COMMON, "invalid_request"],
  },
  {
    method: "get",
    path: "/v1/webhooks",
    operationId: "listUndelivered",
    who: "key",
    summary: "What the webhook could not deliver so far, for one customer.",
    query: {
      customer_id: { required: true, description: "Whose." },
      provider: { required: false, description: "Needed where two providers are configured." },
    },
    answers: { 200: { shape: "UndeliveredList", when: "Found." } },
    problems: [...COMMON, "invalid_request"],
  },
  {
    method: "get",
    path: "/v1/doctor",
    operationId: "doctor",
    who: "key",
    summary: "The go-live checklist. It also answers while the configuration is bad.",
    query: {
      customer_id: {
        required: false,
        description: "Makes one real link token for this customer per redirect URI.",
      },
      provider: { required: false, description: "Whose customer, where two providers are configured." },
    },
    answers: { 200: { shape: "DoctorReport", when: "Whatever was found." } },
    problems: ["unauthorized", "forbidden_origin", "invalid_request", "internal_error"],
  },
  {
    method: "get",
    path: "/healthz",
    operationId: "health",
    who: "all",
    summary: "Alive.",
    answers: { 200: { shape: "Health", when: "Alive." } },
    problems: [],
  },
];
