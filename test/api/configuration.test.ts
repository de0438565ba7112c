/** Deployments that are set up otherwise than the usual one of these tests. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { generateKeyPair, SignJWT } from "jose";
import type { LinkList, Problem } from "../../worker/contract.ts";
import { API_KEY, type Edge, SESSION_SECRET, startEdge } from "./edge.ts";

describe("one provider, two redirect URIs, an audience and a claim of its own, two keys", () => {
  const REDIRECT_URIS = ["https://shop.example.com/bank", "https://shop.example.com/other"] as const;
  const NEXT_KEY = "next-api-key-0123456789";
  let edge: Edge;
  before(async () => {
    edge = await startEdge({
      PROVIDERS: "cybrid",
      REDIRECT_URIS: REDIRECT_URIS.join(),
      SESSION_AUDIENCE: "our-links",
      SESSION_CUSTOMER_CLAIM: "uid",
      API_KEYS: `${NEXT_KEY},${API_KEY}`,
    });
  });
  after(() => edge.close());

  const sign = (customer: string) =>
    new SignJWT({ uid: customer })
      .setProtectedHeader({ alg: "HS256" })
      .setAudience("our-links")
      .setExpirationTime("5m")
      .sign(new TextEncoder().encode(SESSION_SECRET));

  test("a session token of the host needs no provider, and each redirect URI is accepted", async () => {
    const token = await sign(edge.cybrid.addCustomer({ type: "individual" }));
    for (const redirect_uri of REDIRECT_URIS) {
      const body = { redirect_uri };
      assert.equal((await edge.call("POST", "/v1/links", { token, key: randomUUID(), body })).status, 201);
    }
    const unnamed = await edge.call("POST", "/v1/links", { token, key: randomUUID(), body: {} });
    assert.equal(unnamed.status, 422);
    assert.equal(unnamed.body.code, "redirect_uri_not_allowed");
  });

  test("either API key reads, without naming the provider", async () => {
    const customer = edge.cybrid.addCustomer({ type: "individual" });
    for (const token of [API_KEY, NEXT_KEY]) {
      const { status, body } = await edge.call<LinkList>("GET", `/v1/links?customer_id=${customer}`, {
        token,
      });
      assert.equal(status, 200);
      assert.deepEqual(body.links, []);
    }
  });
});

test("an unreachable key set is 503, not unauthorized", async () => {
  const edge = await startEdge({
    SESSION_JWKS_URL: "http://127.0.0.1:1/keys",
    SESSION_ISSUER: "https://id.shop.example.com/",
  });
  const { privateKey } = await generateKeyPair("ES256");
  const token = await new SignJWT({ sub: "c", provider: "cybrid" })
    .setProtectedHeader({ alg: "ES256" })
    .setAudience("bank-link")
    .setIssuer("https://id.shop.example.com/")
    .setExpirationTime("5m")
    .sign(privateKey);
  const answer = await edge.call<Problem>("POST", "/v1/links", { token, key: randomUUID(), body: {} });
  await edge.close();
  assert.equal(answer.status, 503);
  assert.equal(answer.body.code, "provider_unavailable");
});
