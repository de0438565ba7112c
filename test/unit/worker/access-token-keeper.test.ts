/** The Durable Object that keeps an access token, against a token endpoint made of answers; time is ours. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { ConfigVariables } from "../../../worker/config.ts";
import {
  CREDENTIALS_REFUSED_RETRY_MS,
  TOKEN_BACKOFF_FIRST_MS,
  TOKEN_BACKOFF_MAX_MS,
  TOKEN_RETRY_AFTER_MAX_MS,
} from "../../../worker/limits.ts";
import type { AccessTokens } from "../../../worker/providers/access-tokens/access-tokens.ts";
import "./cloudflare-workers.ts";
import { memoryStorage } from "./durable-storage.ts";

const vars = {
  PROVIDERS: "cybrid",
  ENVIRONMENT: "sandbox",
  SESSION_SECRET: "a-secret-of-at-least-32-bytes-------",
  CYBRID_CLIENT_ID: "id",
  CYBRID_CLIENT_SECRET: "secret",
} satisfies ConfigVariables;

async function keeper(t: TestContext, answer: (call: number) => Response) {
  // Loaded late, once the base class can be found.
  const { AccessTokens } = await import("../../../worker/providers/access-tokens/access-tokens.ts");
  t.mock.timers.enable({ apis: ["Date"], now: 1_000_000_000 });
  t.mock.method(console, "log", () => {});
  let calls = 0;
  t.mock.method(globalThis, "fetch", async () => answer(++calls));
  const { storage } = memoryStorage();
  /** A new instance knows only what is stored. */
  const wake = (): AccessTokens => new AccessTokens({ storage } as unknown as DurableObjectState, vars);
  return { wake, calls: () => calls, pass: (ms: number) => t.mock.timers.tick(ms) };
}
const token = (call: number) => Response.json({ access_token: `token-${call}`, expires_in: 1_800 });
const refusal = () => Response.json({ error: "invalid_client" }, { status: 401 });

describe("an access token", () => {
  test("is requested once for concurrent callers, and kept until shortly before it expires", async (t) => {
    const { wake, calls, pass } = await keeper(t, token);
    const first = wake();
    const all = await Promise.all(Array.from({ length: 10 }, () => first.get("cybrid")));
    assert.ok(all.every((result) => result.ok && result.value.value === "token-1"));
    pass(1_499_000);
    // Also by an object that has lost its memory.
    assert.ok((await wake().get("cybrid")).ok);
    assert.equal(calls(), 1);
    pass(1_000);
    await wake().get("cybrid");
    assert.equal(calls(), 2);
  });

  test("that was rejected is dropped, but not one that has replaced it", async (t) => {
    const { wake, calls } = await keeper(t, token);
    const object = wake();
    await object.get("cybrid");
    assert.equal(await object.drop("token-1", "unauthorized", true), true);
    await object.get("cybrid");
    assert.equal(await object.drop("token-1", "unauthorized", true), true);
    await object.get("cybrid");
    assert.equal(calls(), 2);
  });

  test("without the scope is replaced at most once a minute", async (t) => {
    const { wake, pass } = await keeper(t, token);
    await wake().get("cybrid");
    assert.equal(await wake().drop("token-1", "scope", true), true);
    await wake().get("cybrid");
    pass(59_000);
    assert.equal(await wake().drop("token-2", "scope", true), false);
    pass(1_000);
    assert.equal(await wake().drop("token-2", "scope", true), true);
  });
});

describe("rejected credentials", () => {
  test("are the token endpoint's own word, not the page of a gateway before it", async (t) => {
    const page = () => new Response("<h1>Request blocked</h1>", { status: 403 });
    const { wake, calls, pass } = await keeper(t, (call) => (call === 1 ? page() : token(call)));
    const blocked = await wake().get("cybrid");
    assert.equal(!blocked.ok && blocked.failure.code, "provider_unavailable");
    pass(TOKEN_BACKOFF_FIRST_MS);
    assert.ok((await wake().get("cybrid")).ok);
    assert.equal(calls(), 2);
  });

  test("are tried once per thirty seconds", async (t) => {
    const { wake, calls, pass } = await keeper(t, refusal);
    for (let times = 0; times < 3; times++) {
      const result = await wake().get("cybrid");
      assert.equal(!result.ok && result.failure.code, "provider_misconfigured");
    }
    assert.equal(calls(), 1);
    pass(29_999);
    await wake().get("cybrid");
    assert.equal(calls(), 1);
    pass(1);
    await wake().get("cybrid");
    assert.equal(calls(), 2);
  });

  test("do not keep the next attempt from succeeding", async (t) => {
    const { wake, pass } = await keeper(t, (call) => (call === 1 ? refusal() : token(call)));
    await wake().get("cybrid");
    pass(30_000);
    const result = await wake().get("cybrid");
    assert.equal(result.ok && result.value.value, "token-2");
  });
});

describe("a token endpoint that is unavailable", () => {
  const failure = async (object: AccessTokens) => {
    const result = await object.get("cybrid");
    assert.ok(!result.ok && result.failure.kind === "not_done");
    const { code, retryAfterMs } = result.failure;
    return { code, retryAfterMs };
  };
  const refused = (retryAfter: string) =>
    new Response(null, { status: 429, headers: { "Retry-After": retryAfter } });

  test("is left alone until its Retry-After has passed, by every instance", async (t) => {
    const { wake, calls, pass } = await keeper(t, () => refused("20"));
    const first = wake();
    const all = await Promise.all(Array.from({ length: 30 }, () => failure(first)));
    assert.ok(all.every(({ code }) => code === "provider_unavailable"));
    pass(5_000);
    assert.deepEqual(await failure(wake()), { code: "provider_unavailable", retryAfterMs: 15_000 });
    pass(14_999);
    await failure(wake());
    assert.equal(calls(), 1);
    pass(1);
    await failure(wake());
    assert.equal(calls(), 2);
  });

  test("makes one call for thirty that come one after the other", async (t) => {
    const { wake, calls } = await keeper(t, () => refused("1"));
    const object = wake();
    for (let times = 0; times < 30; times++) await failure(object);
    assert.equal(calls(), 1);
  });

  for (const [name, answer] of [
    ["a 503", () => new Response(null, { status: 503 })],
    [
      "a time-out",
      () => {
        throw new DOMException("The operation was aborted.", "TimeoutError");
      },
    ],
    ["a gateway's page with 200", () => new Response("<html>")],
    ["a 429 without Retry-After", () => new Response(null, { status: 429 })],
  ] as const) {
    test(`is called ever more rarely after ${name}, and at last once a minute`, async (t) => {
      const { wake, calls, pass } = await keeper(t, answer);
      const pauses: number[] = [];
      for (let times = 0; times < 10; times++) {
        const { retryAfterMs } = await failure(wake());
        assert.equal(calls(), times + 1);
        pauses.push(retryAfterMs ?? 0);
        pass((retryAfterMs ?? 0) - 1);
        await failure(wake());
        pass(1);
      }
      assert.equal(pauses[0], TOKEN_BACKOFF_FIRST_MS);
      assert.equal(pauses[1], 2 * TOKEN_BACKOFF_FIRST_MS);
      assert.equal(pauses.at(-1), TOKEN_BACKOFF_MAX_MS);
      assert.equal(TOKEN_BACKOFF_MAX_MS, 60_000);
    });
  }

  test("is asked for quickly again after it has recovered", async (t) => {
    const broken = () => new Response(null, { status: 503 });
    const { wake, pass } = await keeper(t, (call) => (call === 4 ? token(call) : broken()));
    for (let times = 0; times < 3; times++) pass((await failure(wake())).retryAfterMs ?? 0);
    assert.ok((await wake().get("cybrid")).ok);
    pass(1_800_000);
    assert.equal((await failure(wake())).retryAfterMs, TOKEN_BACKOFF_FIRST_MS);
  });

  test("is not believed when it asks for days", async (t) => {
    const { wake } = await keeper(t, () => refused("864000"));
    assert.equal((await failure(wake())).retryAfterMs, TOKEN_RETRY_AFTER_MAX_MS);
  });

  test("costs no token that is still good", async (t) => {
    const { wake, pass } = await keeper(t, (call) => (call === 1 ? token(call) : refused("3600")));
    await wake().get("cybrid");
    pass(1_000);
    assert.ok((await wake().get("cybrid")).ok);
  });
});

describe("an answer of the token endpoint", () => {
  for (const [name, status, body, code] of [
    ["OAuth's error", 400, { error: "invalid_scope", error_description: "…" }, "provider_misconfigured"],
    ["OAuth's error, as Auth0 gives it", 403, { error: "access_denied" }, "provider_misconfigured"],
    ["a firewall's page", 403, "<html>Forbidden</html>", "provider_unavailable"],
    ["a firewall's JSON", 403, { error: "Request blocked." }, "provider_unavailable"],
    ["an error of another shape", 401, { message: "Unauthorized" }, "provider_unavailable"],
    ["a 404 of a gateway", 404, "", "provider_unavailable"],
    ["OAuth's error with a 5xx", 500, { error: "server_error" }, "provider_unavailable"],
  ] as const) {
    test(`${name} (${status}) is ${code}`, async (t) => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const { wake, calls, pass } = await keeper(t, () => new Response(text, { status }));
      const result = await wake().get("cybrid");
      assert.equal(!result.ok && result.failure.code, code);
      // Only refused credentials rest for the whole of their pause.
      pass(CREDENTIALS_REFUSED_RETRY_MS - 1);
      await wake().get("cybrid");
      assert.equal(calls(), code === "provider_misconfigured" ? 1 : 2);
    });
  }
});
