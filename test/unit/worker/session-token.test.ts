import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SignJWT, UnsecuredJWT } from "jose";
import { signSession, verifySession } from "../../../worker/auth/session-token.ts";
import type { SessionConfig } from "../../../worker/config.ts";

const secret = new TextEncoder().encode("a-secret-of-at-least-32-bytes-------");
const older = new TextEncoder().encode("an-older-secret-of-at-least-32-bytes");
const stranger = new TextEncoder().encode("somebody-elses-secret-of-32-bytes---");
const config: SessionConfig = {
  audience: "bank-link",
  customerClaim: "sub",
  secrets: [secret, older],
  jwks: null,
};
const now = new Date("2026-01-01T00:00:00Z");
const nowS = now.getTime() / 1_000;

function token(claims: object, key: Uint8Array = secret): Promise<string> {
  const usual = { sub: "customer-1", aud: "bank-link", exp: nowS + 900 };
  return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: "HS256" }).sign(key);
}

describe("a session token is accepted", () => {
  test("when this Worker signed it", async () => {
    const claims = {
      customerId: "c",
      provider: "cybrid" as const,
      origin: "https://a.example",
      reference: "r",
    };
    const signed = await signSession(claims, config, now, 900);
    assert.equal(signed.expiresAt.toISOString(), "2026-01-01T00:15:00.000Z");
    assert.deepEqual(await verifySession(signed.token, config, now), { ok: true, claims });
  });

  test("when the host signed it with either secret, for rotation", async () => {
    for (const key of [secret, older]) {
      const verdict = await verifySession(await token({}, key), config, now);
      assert.ok(verdict.ok);
      assert.equal(verdict.claims.customerId, "customer-1");
    }
  });

  test("within a clock difference of one minute", async () => {
    assert.ok((await verifySession(await token({ exp: nowS - 59 }), config, now)).ok);
  });

  test("for the configured audience, and then not for the default one", async () => {
    const own = { ...config, audience: "our-links" };
    assert.ok((await verifySession(await token({ aud: "our-links" }), own, now)).ok);
    assert.ok(!(await verifySession(await token({}), own, now)).ok);
  });

  test("with the customer in another claim, if that is configured", async () => {
    const verdict = await verifySession(
      await token({ uid: "c-2" }),
      { ...config, customerClaim: "uid" },
      now,
    );
    assert.ok(verdict.ok);
    assert.equal(verdict.claims.customerId, "c-2");
  });
});

describe("a session token is rejected, always in the same way,", () => {
  const invalid = { ok: false, reason: "invalid" };
  const cases: Record<string, () => Promise<string> | string> = {
    "when somebody else signed it": () => token({}, stranger),
    "when it has expired": () => token({ exp: nowS - 61 }),
    "when it has no expiry": () => token({ exp: undefined }),
    "when it lives longer than a day": () => token({ exp: nowS + 86_400 + 61 }),
    "when it is not valid yet": () => token({ nbf: nowS + 61 }),
    "when it is for another audience": () => token({ aud: "something-else" }),
    "when it names no customer": () => token({ sub: undefined }),
    "when the customer is no identifier": () => token({ sub: "a\u0000b" }),
    "when the provider is unknown": () => token({ provider: "another" }),
    "when it is not signed": () => new UnsecuredJWT({ sub: "c", aud: "bank-link", exp: nowS + 900 }).encode(),
    "when it was tampered with": async () =>
      (await token({})).replace(/\.[^.]+\./, (body) => `${body.slice(0, -3)}AA.`),
    "when it is no token": () => "not-a-token",
    "when it claims an algorithm of the key set without one": async () =>
      (await token({})).replace(/^[^.]+/, btoa('{"alg":"RS256"}').replaceAll("=", "")),
  };
  for (const [reason, make] of Object.entries(cases)) {
    test(reason, async () => assert.deepEqual(await verifySession(await make(), config, now), invalid));
  }
});
