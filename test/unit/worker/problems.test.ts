import assert from "node:assert/strict";
import { test } from "node:test";
import { toLinkProblem, toProblem } from "../../../worker/problems/problem.ts";
import { PROBLEMS } from "../../../worker/problems/registry.ts";

test("each code has the HTTP status that callers rely on, or none if it appears only inside a link", () => {
  const statuses = Object.fromEntries(Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]));
  assert.deepEqual(statuses, {
    invalid_request: 400,
    idempotency_key_missing: 400,
    unauthorized: 401,
    forbidden_origin: 403,
    not_found: 404,
    idempotency_in_progress: 409,
    link_closed: 409,
    payload_too_large: 413,
    idempotency_key_reused: 422,
    redirect_uri_not_allowed: 422,
    account_metadata_missing: 422,
    multiple_accounts: 422,
    account_type_unsupported: 422,
    refresh_unsupported: 422,
    listing_unsupported: 422,
    removal_unsupported: 422,
    rate_limited: 429,
    internal_error: 500,
    provider_misconfigured: 500,
    provider_unavailable: 503,
    provider_timeout: 504,
    duplicate_account: null,
    provider_rejected: null,
    link_expired: null,
  });
});

test("code, title and whether a retry helps are the registry's, inside a link and outside", () => {
  const url = new URL("https://link.example.com/v1/links/lnk_1");
  const { code, title, retryable, detail, type } = toProblem({ code: "rate_limited" }, url, "request-1");
  assert.deepEqual({ code, title, retryable, detail }, toLinkProblem("rate_limited"));
  assert.equal(title, PROBLEMS.rate_limited.title);
  assert.equal(type, "https://link.example.com/problems/rate-limited");
});
