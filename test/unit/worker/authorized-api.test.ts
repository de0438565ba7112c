/** What is repeated, how often, and after which pause. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { READ_ATTEMPTS } from "../../../worker/limits.ts";
import type { TokenDoubt } from "../../../worker/providers/access-tokens/access-token.ts";
import { type ApiRequest, createAuthorizedApi } from "../../../worker/providers/authorized-api.ts";
import { retryAfterMs, succeed } from "../../../worker/providers/provider.ts";

/** `answers`: for one attempt after the other; the last one repeats. */
function provider(answers: (() => Response)[], random = () => 0.5) {
  const sent: { token: string | null; body: string }[] = [];
  const pauses: number[] = [];
  const dropped: [string, TokenDoubt][] = [];
  const call = createAuthorizedApi({
    baseUrl: "https://provider.example",
    headers: {},
    tokens: {
      get: async () => succeed(`token-${dropped.length}`),
      proved() {},
      async drop(value, doubt) {
        dropped.push([value, doubt]);
        return true;
      },
    },
    upstream: {
      fetch: async (_url, init) => {
        const token = new Headers(init?.headers as Record<string, string>).get("Authorization");
        sent.push({ token, body: String(init?.body) });
        const answer = answers[sent.length - 1] ?? answers.at(-1);
        assert.ok(answer);
        return answer();
      },
      log: () => {},
      timeoutMs: 1_000,
      now: () => 0,
      errorCode: () => undefined,
    },
    isOwnError: (body) => typeof body === "object" && body !== null && "message_code" in body,
    sleep: async (ms) => void pauses.push(ms),
    random,
  });
  return { call, sent, pauses, dropped };
}

const read: ApiRequest = { call: "p.read", method: "GET", path: "/a", repeatable: true };
const write: ApiRequest = { call: "p.write", method: "POST", path: "/a", body: "{}", repeatable: false };
const ok = () => Response.json({});
const status = (code: number, headers?: Record<string, string>) => () =>
  new Response(null, { status: code, ...(headers && { headers }) });
const lost = () => {
  throw new TypeError("the connection is gone");
};

describe("a read", () => {
  test("is tried three times, with pauses that grow and differ by chance", async () => {
    const draws = [0, 1];
    const { call, sent, pauses } = provider([status(503)], () => draws.shift() ?? 0);
    const result = await call(read);
    assert.ok(!result.ok);
    assert.equal(sent.length, READ_ATTEMPTS);
    assert.deepEqual(pauses, [100, 600]);
  });

  test("that succeeds the second time has succeeded", async () => {
    const { call, sent } = provider([lost, ok]);
    assert.ok((await call(read)).ok);
    assert.equal(sent.length, 2);
  });

  test("waits as long as Retry-After asks", async () => {
    const { call, pauses } = provider([status(429, { "Retry-After": "3" }), ok]);
    assert.ok((await call(read)).ok);
    assert.deepEqual(pauses, [3_000]);
  });

  test("hands a long Retry-After on, rather than sleep through it", async () => {
    const { call, sent, pauses } = provider([status(429, { "Retry-After": "60" }), ok]);
    const result = await call(read);
    assert.equal(result.ok || retryAfterMs(result.failure), 60_000);
    assert.equal(sent.length, 1);
    assert.deepEqual(pauses, []);
  });
});

describe("a write", () => {
  for (const [name, answer] of Object.entries({ lost, "a 503": status(503), "a 429": status(429) })) {
    test(`goes out once where a repeat is not safe: ${name}`, async () => {
      const { call, sent } = provider([answer, ok]);
      assert.ok(!(await call(write)).ok);
      assert.equal(sent.length, 1);
    });
  }

  test("with an unknown outcome says so, one that was refused says that nothing was done", async () => {
    for (const [answer, kind] of [
      [lost, "unknown"],
      [status(500), "unknown"],
      [status(408), "unknown"],
      [status(429), "not_done"],
      [status(302), "not_done"],
    ] as const) {
      const result = await provider([answer]).call(write);
      assert.equal(!result.ok && result.failure.kind, kind);
    }
  });

  test("answered by something in between has an unknown outcome, whatever its status says", async () => {
    const page = (code: number) => () => new Response("<h1>Blocked</h1>", { status: code });
    for (const code of [400, 403, 404, 405, 422, 451]) {
      const result = await provider([page(code)]).call(write);
      assert.ok(!result.ok, `${code}`);
      assert.equal(result.failure.kind, "unknown");
      assert.equal(result.failure.code, "provider_unavailable");
    }
  });

  test("that the provider itself answered is not at work any more", async () => {
    const own = () => Response.json({ message_code: "internal" }, { status: 500 });
    for (const [answer, hasEnded] of [
      [own, true],
      [status(500), false],
      [status(502), false],
    ] as const) {
      const result = await provider([answer]).call(write);
      assert.equal(!result.ok && result.failure.kind === "unknown" && result.failure.hasEnded, hasEnded);
    }
  });
});

describe("a token that is refused", () => {
  test("is dropped, and the call goes out once more with the new one, a write too", async () => {
    const { call, sent, dropped } = provider([status(401), ok]);
    assert.ok((await call(write)).ok);
    assert.deepEqual(dropped, [["token-0", "unauthorized"]]);
    assert.deepEqual(
      sent.map(({ token }) => token),
      ["Bearer token-0", "Bearer token-1"],
    );
  });

  test("twice is believed, of a read too", async () => {
    const { call, sent, dropped } = provider([status(401)]);
    assert.ok(!(await call(read)).ok);
    assert.equal(sent.length, 2);
    assert.equal(dropped.length, 1);
  });

  test("for its scopes is dropped for that reason, and a second refusal is believed", async () => {
    const forbidden = () => Response.json({ message_code: "invalid_scopes" }, { status: 403 });
    const { call, sent, dropped } = provider([forbidden]);
    const result = await call(read);
    assert.equal(!result.ok && result.failure.code, "provider_misconfigured");
    assert.deepEqual(dropped, [["token-0", "scope"]]);
    assert.equal(sent.length, 2);
  });
});
