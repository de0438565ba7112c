import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Problem, Session } from "../../worker/contract.ts";
import { API_KEY, type Edge, ORIGIN, startEdge } from "./edge.ts";

let edge: Edge;
before(async () => {
  edge = await startEdge();
});
after(() => edge.close());

const newLink = (token: string, headers: Record<string, string> = {}) =>
  edge.call<Problem>("POST", "/v1/links", { token, key: randomUUID(), body: {}, headers });

describe("POST /v1/sessions", () => {
  test("mints a token for a key, which then creates links", async () => {
    const customer_id = edge.cybrid.addCustomer({ type: "individual" });
    const minted = await edge.call<Session>("POST", "/v1/sessions", {
      token: API_KEY,
      body: { customer_id, provider: "cybrid", expires_in: 60 },
    });
    assert.equal(minted.status, 201);
    const lifeMs = Date.parse(minted.body.expires_at) - Date.now();
    assert.ok(lifeMs > 50_000 && lifeMs <= 60_000);
    assert.equal((await newLink(minted.body.token)).status, 201);
  });

  test("refuses a wrong key and a session token alike", async () => {
    const { token } = await edge.browser();
    for (const wrong of ["wrong-key-0123456789", token]) {
      const answer = await edge.call("POST", "/v1/sessions", { token: wrong, body: { customer_id: "c" } });
      assert.equal(answer.status, 401);
      assert.equal(answer.body.code, "unauthorized");
      assert.equal(answer.headers.get("WWW-Authenticate"), "Bearer");
    }
  });

  test("needs the provider named where two are configured", async () => {
    const answer = await edge.call("POST", "/v1/sessions", { token: API_KEY, body: { customer_id: "c" } });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.errors?.[0]?.pointer, "/provider");
  });
});

describe("a session", () => {
  test("is refused without a token, and with one that is not ours", async () => {
    assert.equal((await edge.call("POST", "/v1/links", { key: randomUUID(), body: {} })).status, 401);
    assert.equal((await newLink("x.y.z")).status, 401);
  });

  test("never lets the browser name customer or provider", async () => {
    const { token } = await edge.browser();
    const answer = await edge.call("POST", "/v1/links", {
      token,
      key: randomUUID(),
      body: { customer_id: "another", provider: "lynx" },
    });
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.body.errors?.map(({ pointer }) => pointer).sort(), ["/customer_id", "/provider"]);
  });

  test("bound to an origin is good there only", async () => {
    const { token } = await edge.browser("cybrid", { origin: ORIGIN });
    assert.equal((await newLink(token, { Origin: ORIGIN })).status, 201);
    for (const headers of [{}, { Origin: "https://other.example.com" }]) {
      const answer = await newLink(token, headers);
      assert.equal(answer.status, 403);
      assert.equal(answer.body.code, "forbidden_origin");
    }
  });

  test("carries the host's reference, which the browser cannot replace", async () => {
    const browser = await edge.browser("cybrid", { reference: "order 7" });
    const link = await browser.link({ reference: "order 8" });
    assert.equal(link.reference, "order 7");
  });
});

describe("origins", () => {
  test("a page that is allowed may read the answer and its headers, also a refusal", async () => {
    const { token } = await edge.browser();
    const good = await newLink(token, { Origin: ORIGIN });
    assert.equal(good.headers.get("Access-Control-Allow-Origin"), ORIGIN);
    assert.match(good.headers.get("Access-Control-Expose-Headers") ?? "", /Retry-After/);
    assert.match(good.headers.get("Vary") ?? "", /Origin/);
    const bad = await newLink("x.y.z", { Origin: ORIGIN });
    assert.equal(bad.headers.get("Access-Control-Allow-Origin"), ORIGIN);
  });

  for (const origin of ["https://other.example.com", "null", `${ORIGIN}:8443`]) {
    test(`${origin} may not call`, async () => {
      const { token } = await edge.browser();
      const answer = await newLink(token, { Origin: origin });
      assert.equal(answer.status, 403);
      assert.equal(answer.headers.get("Access-Control-Allow-Origin"), null);
    });
  }

  test("a preflight is answered, and may be kept", async () => {
    const answer = await edge.call("OPTIONS", "/v1/links", {
      headers: {
        Origin: ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,idempotency-key,prefer",
      },
    });
    assert.equal(answer.status, 204);
    assert.match(answer.headers.get("Access-Control-Allow-Headers") ?? "", /idempotency-key/i);
    assert.ok(Number(answer.headers.get("Access-Control-Max-Age")) > 0);
  });
});

describe("every answer", () => {
  test("carries the caller's request id, if it is sane, else a new one", async () => {
    const sane = await edge.call("GET", "/healthz", { headers: { "X-Request-Id": "my-request-1" } });
    assert.equal(sane.headers.get("X-Request-Id"), "my-request-1");
    const odd = await edge.call("GET", "/healthz", { headers: { "X-Request-Id": "<script>" } });
    assert.match(odd.headers.get("X-Request-Id") ?? "", /^[\w-]{36}$/);
  });

  test("is a problem where nothing is found", async () => {
    const answer = await edge.call("GET", "/v1/nothing");
    assert.equal(answer.status, 404);
    assert.equal(answer.headers.get("Content-Type"), "application/problem+json");
    assert.equal(answer.headers.get("Cache-Control"), "no-store");
    assert.equal(answer.body.code, "not_found");
    assert.equal(answer.body.instance, "/v1/nothing");
    assert.equal(answer.body.request_id, answer.headers.get("X-Request-Id"));
    assert.match(answer.body.type, /\/problems\/not-found$/);
  });
});

describe("bad input is a problem with a pointer, never a 500", () => {
  const cases: Record<
    string,
    { body: unknown; status: number; pointer?: string; headers?: Record<string, string> }
  > = {
    "unknown fields": { body: { surprise: 1 }, status: 400, pointer: "/surprise" },
    "a wrong type": { body: { language: 7 }, status: 400, pointer: "/language" },
    "no object": { body: [], status: 400, pointer: "" },
    "invalid JSON": { body: "{", status: 400 },
    "an empty body": { body: "", status: 400 },
    "another content type": { body: "{}", status: 400, headers: { "Content-Type": "text/plain" } },
    "a megabyte": { body: { reference: "x".repeat(1_000_000) }, status: 413 },
    "a long id": { body: { account_id: "x".repeat(10_000) }, status: 400, pointer: "/account_id" },
    "a null byte": { body: { account_id: "a\u0000b" }, status: 400, pointer: "/account_id" },
    "half a character": { body: '{"reference":"\\ud800"}', status: 400, pointer: "/reference" },
    "a long reference": { body: { reference: "é".repeat(513) }, status: 400, pointer: "/reference" },
    "a prototype": { body: '{"__proto__":{"a":1}}', status: 400, pointer: "/__proto__" },
    "a long key": { body: {}, status: 400, headers: { "Idempotency-Key": "k".repeat(256) } },
  };
  for (const [name, { body, status, pointer, headers }] of Object.entries(cases)) {
    test(name, async () => {
      const { token, customerId } = await edge.browser();
      const answer = await edge.call("POST", "/v1/links", {
        token,
        key: randomUUID(),
        body,
        headers: headers ?? {},
      });
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      if (pointer !== undefined) assert.equal(answer.body.errors?.[0]?.pointer, pointer);
      assert.equal(edge.cybrid.workflows(customerId).length, 0);
    });
  }
});
