/** The Durable Object that keeps an access token, against a token endpoint made of answers; time is ours. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { ConfigVariables } from "../../../worker/config.ts";
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
    const { wake, calls } = await keeper(t, (call) => (call === 1 ? page() : token(call)));
    const blocked = await wake().get("cybrid");
    assert.equal(!blocked.ok && blocked.failure.code, "provider_unavailable");
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
