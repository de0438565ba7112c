/** Deployments that are set up otherwise than the usual one of these tests. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import { generateKeyPair, SignJWT } from "jose";
import type { Account, LinkList, Problem } from "../../worker/contract.ts";
import { callsTo } from "../simulators/call-log.ts";
import { API_KEY, type Browser, type Edge, SESSION_SECRET, startEdge } from "./edge.ts";

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

  test("a session of the host needs no provider, and each redirect URI is taken when it is named", async () => {
    const token = await sign(edge.cybrid.addCustomer({ type: "individual" }));
    for (const redirect_uri of REDIRECT_URIS) {
      const body = { redirect_uri };
      assert.equal((await edge.call("POST", "/v1/links", { token, key: randomUUID(), body })).status, 201);
    }
    const unnamed = await edge.call("POST", "/v1/links", { token, key: randomUUID(), body: {} });
    assert.equal(unnamed.status, 422);
    assert.equal(unnamed.body.code, "redirect_uri_not_allowed");
  });

  test("either key reads, with no provider named", async () => {
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

test("a key set that nobody serves is 503, and no refusal", async () => {
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

describe("CYBRID_VERIFY_REFRESH", () => {
  let edge: Edge;
  before(async () => {
    edge = await startEdge({ CYBRID_VERIFY_REFRESH: "true", UPSTREAM_TIMEOUT_SECONDS: "1" });
  });
  after(() => edge.close());
  afterEach(() => {
    edge.cybrid.settings.balanceOutcome = "ok";
  });

  async function refresh(browser: Browser) {
    const finalize = async (wishes: object, body?: object) => {
      const link = await browser.link(wishes);
      const answer = await browser.call("POST", `/v1/links/${link.id}/finalize`, {
        key: randomUUID(),
        body: body ?? browser.choose(link),
        headers: { Prefer: "wait=25" },
      });
      return answer.body;
    };
    const accountId = (await finalize({})).account?.id ?? "";
    edge.cybrid.forceState(accountId, "refresh_required");
    edge.cybrid.calls.length = 0;
    return { accountId, link: await finalize({ account_id: accountId }, {}) };
  }

  test("asks the bank itself once, after the repair", async () => {
    const browser = await edge.browser();
    const { link } = await refresh(browser);
    assert.equal(link.status, "linked");
    const calls = edge.cybrid.calls.map(({ method, path }) => `${method} ${path.split("?")[1] ?? ""}`);
    const asked = calls.filter((call) => call.includes("force_balance_refresh=true"));
    assert.equal(asked.length, 1);
    assert.ok(calls.findIndex((call) => call.startsWith("PATCH")) < calls.indexOf(asked[0] ?? ""));
  });

  test("a bank that still asks for the customer makes it no success", async () => {
    edge.cybrid.settings.balanceOutcome = "refresh_required";
    const browser = await edge.browser();
    const { accountId, link } = await refresh(browser);
    assert.equal(link.status, "failed");
    const { body } = await browser.call<Account>("GET", `/v1/accounts/${accountId}`);
    assert.equal(body.status, "refresh_required");
  });

  test("without it no balance is ever read", async () => {
    const plain = await startEdge();
    const browser = await plain.browser();
    const link = await browser.link();
    const finalize = (id: string, body: object) =>
      browser.call("POST", `/v1/links/${id}/finalize`, { key: randomUUID(), body });
    const accountId = (await finalize(link.id, browser.choose(link))).body.account?.id ?? "";
    plain.cybrid.forceState(accountId, "refresh_required");
    const again = await browser.link({ account_id: accountId });
    assert.equal((await finalize(again.id, {})).body.status, "linked");
    assert.equal(callsTo(plain.cybrid.calls, "PATCH /api/external_bank_accounts/:guid").length, 1);
    assert.ok(!plain.cybrid.calls.some(({ path }) => path.includes("balance")));
    await plain.close();
  });
});
