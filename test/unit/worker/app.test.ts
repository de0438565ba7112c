/** The app's answers where something of ours is broken: one code outside, the reason in the log. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { createApp } from "../../../worker/app.ts";
import { configOf } from "../../../worker/config.ts";
import type { Problem } from "../../../worker/contract.ts";
import type { Env } from "../../../worker/env.ts";

const API_KEY = "test-api-key-0123456789";
const vars = {
  PROVIDERS: "cybrid",
  ENVIRONMENT: "sandbox",
  SESSION_SECRET: "a-secret-of-at-least-32-bytes-------",
  API_KEYS: API_KEY,
  CYBRID_CLIENT_ID: "id",
  CYBRID_CLIENT_SECRET: "secret",
};

async function listLinks(t: TestContext, env: object) {
  const log = t.mock.method(console, "log", () => {});
  const headers = { Authorization: `Bearer ${API_KEY}`, "X-Request-Id": "request-1" };
  const response = await createApp().request("/v1/links?customer_id=c", { headers }, env);
  const lines = log.mock.calls.map(({ arguments: [line] }) => JSON.parse(String(line)));
  log.mock.restore();
  return { response, problem: (await response.json()) as Problem, lines };
}

describe("an unexpected error", () => {
  test("is internal_error for the caller, and its reason is logged with the request id", async (t) => {
    const LEDGER = {
      getByName() {
        throw new Error("the ledger's own words");
      },
    };
    const { response, problem, lines } = await listLinks(t, { ...vars, LEDGER });
    assert.equal(response.status, 500);
    assert.equal(response.headers.get("Cache-Control"), "no-store");
    assert.equal(problem.code, "internal_error");
    assert.equal(problem.retryable, true);
    assert.doesNotMatch(JSON.stringify(problem), /own words/);
    const unexpected = lines.find(({ event }) => event === "unexpected");
    assert.equal(unexpected.request_id, "request-1");
    assert.match(unexpected.reason, /own words/);
  });
});

describe("a bad configuration", () => {
  test("is provider_misconfigured for the caller, and the variables' names are logged", async (t) => {
    const bad = { ...vars, ENVIRONMENT: "a-wrong-value", CYBRID_CLIENT_ID: undefined };
    const { response, problem, lines } = await listLinks(t, bad);
    assert.equal(response.status, 500);
    assert.equal(problem.code, "provider_misconfigured");
    assert.doesNotMatch(JSON.stringify(problem), /ENVIRONMENT|CYBRID|wrong-value/);
    const [{ variables }] = lines.filter(({ event }) => event === "misconfigured");
    assert.match(variables.join(), /ENVIRONMENT/);
    assert.doesNotMatch(JSON.stringify(lines), /wrong-value/);
  });

  test("rejects everything under /v1, but not /healthz", async (t) => {
    t.mock.method(console, "log", () => {});
    const app = createApp();
    const env = { ...vars, ENVIRONMENT: "" };
    for (const [method, path] of [
      ["POST", "/v1/sessions"],
      ["POST", "/v1/links"],
      ["GET", "/v1/accounts"],
      ["DELETE", "/v1/customers/c"],
    ] as const) {
      assert.equal((await app.request(path, { method }, env)).status, 500, path);
    }
    assert.equal((await app.request("/healthz", {}, env)).status, 200);
  });
});

test("a configuration is parsed once for each environment", () => {
  const env = { ...vars } as unknown as Env;
  assert.equal(configOf(env), configOf(env));
});
