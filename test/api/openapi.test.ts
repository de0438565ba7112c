/** The document and the Worker say the same: routes, statuses, headers, bodies. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { createApp } from "../../worker/app.ts";
import type { Link } from "../../worker/contract.ts";
import { openApiDocument } from "../../worker/docs/document.ts";
import { docsPage } from "../../worker/docs/page.ts";
import { routes } from "../../worker/docs/routes.ts";
import { PROBLEMS } from "../../worker/problems/registry.ts";
import { assertDocumented, type Document } from "./document.ts";
import { API_KEY, type Browser, type CallOptions, type Edge, startEdge } from "./edge.ts";

let edge: Edge;
let document: Document;
const seen = new Set<string>();

before(async () => {
  edge = await startEdge();
  document = JSON.parse(JSON.stringify(openApiDocument()));
});
after(() => edge.close());

/** Every call of these tests is held against the document; these are remembered by operation and status. */
async function call(method: string, path: string, request: CallOptions = {}) {
  const answer = await edge.call<Record<string, never>>(method, path, request);
  const operationId = assertDocumented(document, method, path, answer);
  assert.ok(operationId, `${method} ${path} is not in the document`);
  seen.add(`${operationId} ${answer.status}`);
  return answer;
}

const as =
  (browser: Browser) =>
  (method: string, path: string, request: CallOptions = {}) =>
    call(method, path, { token: browser.token, ...request });

describe("the document", () => {
  test("is served, as it is built from the sources", async () => {
    const answer = await edge.call<Document>("GET", "/openapi.json");
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, document);
    assert.equal(answer.headers.get("Access-Control-Allow-Origin"), "*");
  });

  test("has every route under /v1 that is mounted, and no other", () => {
    const mounted = createApp()
      .routes.filter(({ method, path }) => method !== "ALL" && path.startsWith("/v1/"))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
    const documented = routes
      .filter(({ path }) => path.startsWith("/v1/"))
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    assert.deepEqual([...new Set(mounted)].sort(), documented.sort());
  });

  test("has a unique id for each operation, and no dangling reference", () => {
    const ids = routes.map(({ operationId }) => operationId);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, pointer = ""] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = pointer
        .split("/")
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
      assert.ok(target, pointer);
    }
  });
});

test("an answer that differs from the document is noticed", async () => {
  const answer = await edge.call<object>("GET", "/healthz");
  const headers = new Headers(answer.headers);
  headers.delete("X-Request-Id");
  const differing: Partial<typeof answer>[] = [
    { status: 201 },
    { headers },
    { headers: new Headers([...answer.headers, ["Retry-After", "1"]]) },
    { headers: new Headers([...answer.headers, ["Content-Type", "text/plain"]]) },
    { body: { ...answer.body, surprise: 1 } },
    { body: { status: "ok" } },
  ];
  assert.equal(assertDocumented(document, "GET", "/healthz", answer), "health");
  for (const difference of differing) {
    assert.throws(() => assertDocumented(document, "GET", "/healthz", { ...answer, ...difference }));
  }
  const refusal = await edge.call("GET", "/v1/doctor");
  const body = { ...refusal.body, code: "link_closed" };
  assert.throws(() => assertDocumented(document, "GET", "/v1/doctor", { ...refusal, body }));
});

describe("the readable page", () => {
  test("is served at /docs, loads nothing and allows only its own style", async () => {
    const response = await edge.harness.fetch("/docs");
    assert.equal(response.status, 200);
    assert.match(response.headers.get("Content-Type") ?? "", /^text\/html/);
    const page = await response.text();
    assert.equal(page, await docsPage());
    assert.match(page, /default-src 'none'.*style-src 'sha256-/);
    assert.doesNotMatch(page, /<script|src=|@import|url\(| style="/);
    for (const { operationId } of routes)
      assert.ok(page.includes(`<section id="${operationId}">`), operationId);
  });

  test("the type of each problem leads to its code there", async () => {
    const page = await docsPage();
    for (const code of Object.keys(PROBLEMS)) {
      const slug = code.replaceAll("_", "-");
      const response = await edge.harness.fetch(`/problems/${slug}`, { redirect: "manual" });
      assert.equal(response.status, 302);
      assert.equal(response.headers.get("Location"), `/docs#${slug}`);
      assert.ok(page.includes(`id="${slug}"`), slug);
    }
    assert.equal((await edge.call("GET", "/problems/no-such-code")).status, 404);
  });
});

describe("what the Worker answers is what the document says", () => {
  test("sessions", async () => {
    await call("POST", "/v1/sessions", { token: API_KEY, body: { customer_id: "c", provider: "lynx" } });
    await call("POST", "/v1/sessions", { token: API_KEY, body: {} });
    await call("POST", "/v1/sessions", { token: "no", body: {} });
  });

  test("a link and a refresh from beginning to end", async () => {
    const browser = await edge.browser();
    const send = as(browser);
    edge.cybrid.settings.workflowMs = 1_000;
    const early = await send("POST", "/v1/links", {
      key: randomUUID(),
      body: { reference: "early" },
      headers: { Prefer: "wait=0" },
    });
    assert.equal(early.status, 202);
    await send("GET", `/v1/links/${early.body.id}`);
    edge.cybrid.settings.workflowMs = 100;
    const key = randomUUID();
    const created = await send("POST", "/v1/links", { key, body: {} });
    const replayed = await send("POST", "/v1/links", { key, body: {} });
    assert.equal(replayed.headers.get("Idempotent-Replayed"), "true");
    await send("POST", "/v1/links", { key, body: { reference: "another" } });
    await send("POST", "/v1/links", { body: {} });
    await send("POST", "/v1/links", { key: randomUUID(), body: { redirect_uri: "https://no.example/" } });
    await send("POST", "/v1/links", { key: randomUUID(), body: { reference: "x".repeat(20_000) } });
    const link = await browser.link();
    assert.equal(link.id, created.body.id);
    await send("GET", "/v1/links");
    await send("GET", "/v1/links/current");
    await send("POST", `/v1/links/${link.id}/open`);
    await send("GET", "/v1/links/current");
    await send("POST", `/v1/links/${link.id}/exit`, { body: {} });
    await send("POST", `/v1/links/${link.id}/finalize`, { key: randomUUID(), body: { public_token: "p" } });
    edge.cybrid.settings.accountMs = 1_500;
    const pending = await send("POST", `/v1/links/${link.id}/finalize`, {
      key: randomUUID(),
      body: browser.choose(link),
      headers: { Prefer: "wait=0" },
    });
    assert.equal(pending.status, 202);
    await send("GET", "/v1/links/current");
    await send("POST", `/v1/links/${link.id}/exit`, { body: {} });
    const linked = await send("GET", `/v1/links/${link.id}`, { headers: { Prefer: "wait=10" } });
    edge.cybrid.settings.accountMs = 100;
    assert.equal(linked.body.status, "linked");
    await send("POST", `/v1/links/${link.id}/open`);
    await send("GET", "/v1/links/lnk_none");

    const accountId = (linked.body as unknown as Link).account?.id;
    await send("GET", "/v1/accounts");
    await send("GET", `/v1/accounts/${accountId}`);
    await send("GET", "/v1/accounts/none");
    await send("POST", `/v1/accounts/${accountId}/require-refresh`);
    const refresh = await browser.link({ account_id: accountId });
    const refreshed = await send("POST", `/v1/links/${refresh.id}/finalize`, { key: randomUUID(), body: {} });
    assert.equal(refreshed.body.status, "linked");
    const removed = await send("DELETE", `/v1/accounts/${accountId}`);
    assert.equal(removed.status, 200);

    const customer = `customer_id=${browser.customerId}&provider=cybrid`;
    await call("GET", `/v1/webhooks?${customer}`, { token: API_KEY });
    const erased = await call("DELETE", `/v1/customers/${browser.customerId}?provider=cybrid`, {
      token: API_KEY,
    });
    assert.equal(erased.status, 204);
  });

  test("what a provider cannot do", async () => {
    const send = as(await edge.browser("lynx"));
    await send("POST", "/v1/links", { key: randomUUID(), body: { account_id: "a" } });
    await send("DELETE", "/v1/accounts/a");
    await send("POST", "/v1/accounts/a/require-refresh");
  });

  test("a provider that is down, and a page of another origin", async () => {
    const send = as(await edge.browser());
    edge.cybrid.faults.once("GET /api/external_bank_accounts", { kind: "status", status: 503 });
    edge.cybrid.faults.once("GET /api/external_bank_accounts", { kind: "status", status: 503 });
    edge.cybrid.faults.once("GET /api/external_bank_accounts", { kind: "status", status: 503 });
    const down = await send("GET", "/v1/accounts");
    assert.equal(down.status, 503);
    await send("GET", "/v1/accounts", { headers: { Origin: "https://other.example.com" } });
  });

  test("doctor and health", async () => {
    await call("GET", "/v1/doctor", { token: API_KEY });
    await call("GET", "/v1/doctor?surprise=1", { token: API_KEY });
    await call("GET", "/v1/doctor");
    await call("GET", "/healthz");
  });

  test("every operation was seen with each of its successes", () => {
    const successes = routes.flatMap(({ operationId, answers }) =>
      Object.keys(answers).map((status) => `${operationId} ${status}`),
    );
    assert.deepEqual(
      successes.filter((success) => !seen.has(success)),
      [],
    );
  });
});
