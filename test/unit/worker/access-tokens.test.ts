import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseConfig } from "../../../worker/config.ts";
import type { TokenDoubt } from "../../../worker/providers/access-tokens/access-token.ts";
import { accessTokenSource } from "../../../worker/providers/access-tokens/source.ts";
import { notDone, succeed } from "../../../worker/providers/provider.ts";
import { accessTokenIdentity } from "../../../worker/providers/registry.ts";

const vars = {
  PROVIDERS: "cybrid,lynx",
  ENVIRONMENT: "sandbox",
  REDIRECT_URIS: "https://a.example/bank",
  SESSION_SECRET: "a-secret-of-at-least-32-bytes-------",
  CYBRID_CLIENT_ID: "id",
  CYBRID_CLIENT_SECRET: "secret",
  LYNX_CLIENT_ID: "id",
  LYNX_CLIENT_SECRET: "secret",
  LYNX_CLIENT_ORG: "org",
  LYNX_LINK_TOKEN_PATH: "/token",
  LYNX_LINK_VERIFIED_PATH: "/verified",
};

test("an access token belongs to its provider, environment, client and scopes, and not to a secret", () => {
  const identity = (change: object, provider: "cybrid" | "lynx" = "cybrid") =>
    accessTokenIdentity(parseConfig({ ...vars, ...change }), provider);
  const identities = [
    identity({}),
    identity({}, "lynx"),
    identity({ ENVIRONMENT: "production" }),
    identity({ CYBRID_CLIENT_ID: "another" }),
    identity({ CYBRID_VERIFY_OWNERSHIP: "true" }),
  ];
  assert.equal(new Set(identities).size, identities.length);
  assert.equal(identity({ CYBRID_CLIENT_SECRET: "rotated" }), identities[0]);
});

describe("the copy in an isolate", () => {
  /** The keeper of one token, and how often it was asked. */
  function keeper(useUntilMs: number) {
    const calls: string[] = [];
    const env = {
      ACCESS_TOKENS: {
        getByName: (name: string) => ({
          get: async () => {
            calls.push(`get ${name}`);
            return succeed({ value: `token-${calls.length}`, useUntilMs });
          },
          drop: async (value: string, doubt: TokenDoubt) => {
            calls.push(`drop ${value} ${doubt}`);
            return true;
          },
        }),
      },
    };
    return { env, calls };
  }

  test("spares a call to the keeper while the token may be used", async () => {
    const { env, calls } = keeper(Date.now() + 60_000);
    for (let times = 0; times < 3; times++) {
      assert.deepEqual(await accessTokenSource(env, "cybrid", "long").get(), succeed("token-1"));
    }
    assert.deepEqual(calls, ["get long"]);
    const ended = keeper(Date.now() - 1);
    const source = accessTokenSource(ended.env, "cybrid", "ended");
    await source.get();
    await source.get();
    assert.deepEqual(ended.calls, ["get ended", "get ended"]);
  });

  test("is dropped with the token that was rejected, and not with an older one", async () => {
    const { env, calls } = keeper(Date.now() + 60_000);
    const source = accessTokenSource(env, "cybrid", "refused");
    await source.get();
    await source.drop("an-older-token", "unauthorized");
    await source.get();
    assert.deepEqual(calls, ["get refused", "drop an-older-token unauthorized"]);
    await source.drop("token-1", "unauthorized");
    assert.deepEqual(await source.get(), succeed("token-4"));
  });

  test("does not help while the keeper is unreachable: the provider is unavailable for now", async () => {
    const overloaded = () => Promise.reject(new Error("overloaded"));
    const env = { ACCESS_TOKENS: { getByName: () => ({ get: overloaded, drop: overloaded }) } };
    const result = await accessTokenSource(env, "cybrid", "out of reach").get();
    assert.deepEqual(result, notDone("provider_unavailable"));
  });
});
