import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { SignJWT } from "jose";
import type { LinkList, Problem, Session } from "../../worker/contract.ts";
import { API_KEY, type Edge, ORIGIN, SESSION_SECRET, startEdge } from "./edge.ts";

let edge: Edge;
before(async () => {
  edge = await startEdge();
});
after(() => edge.close());

const newLink = (token: string, headers: Record<string, string> = {}) =>
  edge.call<Problem>("POST", "/v1/links", { token, key: randomUUID(), body: {}, headers });

describe("POST /v1/sessions", () => {
  test("issues a token to an API key, and the token creates links", async () => {
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

  test("issues tokens for 15 minutes by default, and for a day at most", async () => {
    const mint = (more: object) =>
      edge.call<Session & Problem>("POST", "/v1/sessions", {
        token: API_KEY,
        body: { customer_id: "c", provider: "cybrid", ...more },
      });
    const lifeS = ({ body }: Awaited<ReturnType<typeof mint>>) =>
      Math.round((Date.parse(body.expires_at) - Date.now()) / 1_000);
    assert.ok(Math.abs(lifeS(await mint({})) - 900) <= 2);
    assert.ok(Math.abs(lifeS(await mint({ expires_in: 86_400 })) - 86_400) <= 2);
    const longer = await mint({ expires_in: 86_401 });
    assert.equal(longer.status, 400);
    assert.equal(longer.body.errors?.[0]?.pointer, "/expires_in");
  });

  test("rejects a wrong key and a session token in the same way", async () => {
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
  test("is rejected without a token, and with one that somebody else signed", async () => {
    assert.equal((await edge.call("POST", "/v1/links", { key: randomUUID(), body: {} })).status, 401);
    assert.equal((await newLink("x.y.z")).status, 401);
  });

  test("signed by the host needs its provider named where two are configured", async () => {
    const customer = edge.cybrid.addCustomer({ type: "individual" });
    const sign = (more: object) =>
      new SignJWT({ sub: customer, ...more })
        .setProtectedHeader({ alg: "HS256" })
        .setAudience("bank-link")
        .setExpirationTime("5m")
        .sign(new TextEncoder().encode(SESSION_SECRET));
    assert.equal((await newLink(await sign({ provider: "cybrid" }))).status, 201);
    const open = await newLink(await sign({}));
    assert.equal(open.status, 401);
    assert.equal(open.body.code, "unauthorized");
  });

  test("reads its own customer's links, whichever customer the query names", async () => {
    const one = await edge.browser();
    const other = await edge.browser();
    const link = await one.link();
    const path = `/v1/links?provider=cybrid&customer_id=${one.customerId}`;
    assert.deepEqual((await other.call<LinkList>("GET", path)).body.links, []);
    assert.equal((await one.call<LinkList>("GET", path)).body.links[0]?.id, link.id);
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

  test("bound to an origin is valid only there", async () => {
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

describe("an API key", () => {
  test("must name the customer, and the provider where two are configured", async () => {
    for (const query of ["", "?customer_id=c", "?provider=cybrid", "?customer_id=c&provider=another"]) {
      for (const path of ["/v1/links", "/v1/accounts"]) {
        const answer = await edge.call("GET", path + query, { token: API_KEY });
        assert.equal(answer.status, 400, path + query);
        assert.equal(answer.body.code, "invalid_request");
      }
    }
  });

  test("may read for a customer, but not act", async () => {
    const query = "?customer_id=c&provider=cybrid";
    for (const [method, path] of [
      ["POST", "/v1/links"],
      ["POST", "/v1/links/lnk_1/open"],
      ["POST", "/v1/links/lnk_1/finalize"],
      ["POST", "/v1/links/lnk_1/exit"],
      ["GET", "/v1/links/current"],
      ["DELETE", "/v1/accounts/a"],
      ["POST", "/v1/accounts/a/require-refresh"],
    ] as const) {
      const answer = await edge.call(method, path + query, { token: API_KEY, key: randomUUID() });
      assert.equal(answer.status, 401, `${method} ${path}`);
    }
  });
});

test("more than 300 requests a minute of one customer are rejected, and of no other", async () => {
  const [busy, calm] = [await edge.browser(), await edge.browser()];
  let refused: Awaited<ReturnType<typeof busy.call<Problem>>> | undefined;
  // Twice as many, since a minute may begin in the middle.
  for (let sent = 0; sent <= 600 && !refused; sent += 20) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => busy.call<Problem>("GET", "/v1/links")),
    );
    refused = answers.find(({ status }) => status !== 200);
  }
  assert.equal(refused?.status, 429);
  assert.equal(refused?.body.code, "rate_limited");
  assert.equal(refused?.headers.get("Retry-After"), "60");
  assert.equal((await calm.call("GET", "/v1/links")).status, 200);
  // The host's server is not kept from that customer's links.
  const query = `customer_id=${busy.customerId}&provider=cybrid`;
  assert.equal((await edge.call("GET", `/v1/links?${query}`, { token: API_KEY })).status, 200);
});

test("guesses of a key are counted by address", async () => {
  const guess = (address: string) =>
    edge.call<Problem>("POST", "/v1/sessions", {
      token: `guess-${randomUUID()}`,
      body: { customer_id: "c" },
      headers: { "CF-Connecting-IP": address },
    });
  const statuses = new Set<number>();
  for (let sent = 0; sent <= 600 && !statuses.has(429); sent += 20) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => guess("203.0.113.7")));
    for (const { status } of answers) statuses.add(status);
  }
  assert.deepEqual(statuses, new Set([401, 429]));
  assert.equal((await guess("203.0.113.8")).status, 401);
});

test("a body full of unknown fields gets a short answer", async () => {
  const browser = await edge.browser();
  const fields = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`f${index}`, 1]));
  const { body } = await browser.call<Problem>("POST", "/v1/links", { key: randomUUID(), body: fields });
  assert.equal(body.errors?.length, 20);
});

describe("origins", () => {
  test("a request without one is allowed, where the session names none", async () => {
    const { token } = await edge.browser();
    assert.equal((await newLink(token)).status, 201);
  });

  test("a page of an allowed origin may read the answer and its headers, also of an error", async () => {
    const { token } = await edge.browser();
    const good = await newLink(token, { Origin: ORIGIN });
    assert.equal(good.headers.get("Access-Control-Allow-Origin"), ORIGIN);
    assert.match(good.headers.get("Access-Control-Expose-Headers") ?? "", /Retry-After/);
    assert.match(good.headers.get("Vary") ?? "", /Origin/);
    const bad = await newLink("x.y.z", { Origin: ORIGIN });
    assert.equal(bad.headers.get("Access-Control-Allow-Origin"), ORIGIN);
  });

  for (const origin of ["https://other.example.com", "null", `${ORIGIN}:8443`]) {
    test(`${origin} is rejected`, async () => {
      const { token } = await edge.browser();
      const answer = await newLink(token, { Origin: origin });
      assert.equal(answer.status, 403);
      assert.equal(answer.headers.get("Access-Control-Allow-Origin"), null);
    });
  }

  test("a preflight is answered, and may be cached", async () => {
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
  test("carries the caller's request id, if it is valid, else a new one", async () => {
    const sane = await edge.call("GET", "/healthz", { headers: { "X-Request-Id": "my-request-1" } });
    assert.equal(sane.headers.get("X-Request-Id"), "my-request-1");
    const odd = await edge.call("GET", "/healthz", { headers: { "X-Request-Id": "<script>" } });
    assert.match(odd.headers.get("X-Request-Id") ?? "", /^[\w-]{36}$/);
  });

  test("is not cached: successes, errors and preflights", async () => {
    const { token } = await edge.browser();
    const answers = [
      await edge.call("GET", "/healthz"),
      await newLink(token),
      await newLink("x.y.z"),
      await newLink(token, { Origin: "https://other.example.com" }),
      await edge.call("GET", "/v1/links/lnk_none", { token }),
      await edge.call("GET", "/nothing"),
      await edge.call("DELETE", "/v1/customers/c?provider=cybrid", { token: API_KEY }),
      await edge.call("OPTIONS", "/v1/links", {
        headers: { Origin: ORIGIN, "Access-Control-Request-Method": "POST" },
      }),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 201, 401, 403, 404, 404, 204, 204],
    );
    for (const { status, headers } of answers) {
      assert.equal(headers.get("Cache-Control"), "no-store", String(status));
      assert.ok(headers.get("X-Request-Id"), String(status));
    }
  });

  test("is a problem if nothing is found", async () => {
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

test("a body of 16 kB is accepted, and not one byte more", async () => {
  const { token } = await edge.browser();
  const send = (bytes: number) =>
    edge.call("POST", "/v1/links", { token, key: randomUUID(), body: "{}".padEnd(bytes) });
  assert.equal((await send(16 * 1024)).status, 201);
  const larger = await send(16 * 1024 + 1);
  assert.equal(larger.status, 413);
  assert.equal(larger.body.code, "payload_too_large");
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
