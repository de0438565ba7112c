import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Account, AccountList, Problem } from "../../worker/contract.ts";
import { API_KEY, type Browser, type Edge, startEdge } from "./edge.ts";

let edge: Edge;
before(async () => {
  edge = await startEdge();
});
after(() => edge.close());

async function linkedAccount(browser: Browser): Promise<string> {
  const link = await browser.link();
  const { body } = await browser.call("POST", `/v1/links/${link.id}/finalize`, {
    key: randomUUID(),
    body: browser.choose(link),
  });
  assert.equal(body.status, "linked");
  return body.account?.id ?? "";
}

describe("reading accounts", () => {
  test("by session and by key: the same account, with what only we know of it", async () => {
    const browser = await edge.browser();
    const id = await linkedAccount(browser);
    const own = await browser.call<Account>("GET", `/v1/accounts/${id}`);
    assert.equal(own.status, 200);
    assert.equal(own.body.institution?.name, "First Platypus Bank");
    assert.equal(own.body.type, "checking");
    const query = `customer_id=${browser.customerId}&provider=cybrid`;
    const byKey = await edge.call<Account>("GET", `/v1/accounts/${id}?${query}`, { token: API_KEY });
    assert.deepEqual(byKey.body, own.body);
  });

  test("a foreign or unknown account is not found, whoever asks and whatever is asked", async () => {
    const browser = await edge.browser();
    const stranger = await edge.browser();
    const id = await linkedAccount(browser);
    const odd = ["..%2F..%2Fapi%2Fcustomers", "%2E%2E", "%2E", "a%00b", "x".repeat(10_000)];
    for (const account of [id, "0".repeat(32), ...odd]) {
      for (const [method, path] of [
        ["GET", `/v1/accounts/${account}`],
        ["DELETE", `/v1/accounts/${account}`],
        ["POST", `/v1/accounts/${account}/require-refresh`],
      ] as const) {
        const answer = await stranger.call<Problem>(method, path);
        assert.equal(answer.status, 404, `${method} ${path}`);
        assert.equal(answer.body.code, "not_found");
      }
    }
    const refresh = { key: randomUUID(), body: { account_id: ".." } };
    assert.equal((await stranger.call("POST", "/v1/links", refresh)).status, 404);
    assert.equal(edge.cybrid.accounts(browser.customerId)[0]?.state, "completed");
    const paths = edge.cybrid.calls.map(({ path }) => new URL(path, edge.cybrid.url).pathname);
    assert.ok(!paths.some((path) => path === "/api/" || path === "/api/external_bank_accounts/"));
  });

  test("the list goes through all pages upstream, newest first", async () => {
    const browser = await edge.browser();
    edge.cybrid.settings.duplicateDetection = false;
    // One page of ours is a hundred of Cybrid's accounts.
    const { linkToken } = edge.plaid.createLinkToken({ customerId: browser.customerId });
    const token = await cybridToken();
    for (let made = 0; made < 103; made++) {
      const { publicToken, item } = edge.plaid.issuePublicToken(linkToken, "ins_109508");
      await fetch(`${edge.cybrid.url}/api/external_bank_accounts`, {
        method: "POST",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        body: JSON.stringify({
          name: `Account ${made}`,
          account_kind: "plaid",
          customer_guid: browser.customerId,
          asset: "USD",
          plaid_public_token: publicToken,
          plaid_account_id: item.accounts[0]?.id,
        }),
      });
    }
    const { body } = await browser.call<AccountList>("GET", "/v1/accounts");
    assert.equal(body.accounts.length, 103);
    assert.equal(body.accounts[0]?.name, "Account 102");
    edge.cybrid.settings.duplicateDetection = true;
  });

  test("Lynx lists what it has, where its path is known", async () => {
    const browser = await edge.browser("lynx");
    const id = await linkedAccount(browser);
    const { status, body } = await browser.call<AccountList>("GET", "/v1/accounts");
    assert.equal(status, 200);
    assert.deepEqual(
      body.accounts.map(({ name, provider }) => [name, provider]),
      [["First Platypus Bank - Plaid Checking", "lynx"]],
    );
    assert.notEqual(id, "");
  });
});

describe("removing an account", () => {
  test("Cybrid: it is on its way out, and asking again changes nothing", async () => {
    const browser = await edge.browser();
    const id = await linkedAccount(browser);
    for (let times = 0; times < 2; times++) {
      const answer = await browser.call<Account>("DELETE", `/v1/accounts/${id}`);
      assert.equal(answer.status, 200);
      assert.match(answer.body.status, /^remov(ing|ed)$/);
    }
  });

  test("Lynx cannot, and says so", async () => {
    const browser = await edge.browser("lynx");
    const answer = await browser.call<Problem>("DELETE", "/v1/accounts/some-id");
    assert.equal(answer.status, 422);
    assert.equal(answer.body.code, "removal_unsupported");
  });
});

describe("forcing a refresh", () => {
  test("simulates an expired connection in the sandbox", async () => {
    const browser = await edge.browser();
    const id = await linkedAccount(browser);
    const answer = await browser.call<Account>("POST", `/v1/accounts/${id}/require-refresh`);
    assert.equal(answer.status, 200);
    assert.equal(answer.body.status, "refresh_required");
  });

  test("Lynx cannot, and says so", async () => {
    const browser = await edge.browser("lynx");
    const answer = await browser.call<Problem>("POST", "/v1/accounts/some-id/require-refresh");
    assert.equal(answer.body.code, "refresh_unsupported");
  });
});

describe("a production deployment without Lynx's list", () => {
  let production: Edge;
  before(async () => {
    production = await startEdge({ ENVIRONMENT: "production", LYNX_ACCOUNTS_PATH: "" });
  });
  after(() => production.close());

  test("has no way to force a refresh", async () => {
    const browser = await production.browser();
    const answer = await browser.call<Problem>("POST", "/v1/accounts/some-id/require-refresh");
    assert.equal(answer.status, 404);
  });

  test("says that it cannot list", async () => {
    const browser = await production.browser("lynx");
    const answer = await browser.call<Problem>("GET", "/v1/accounts");
    assert.equal(answer.status, 422);
    assert.equal(answer.body.code, "listing_unsupported");
  });
});

async function cybridToken(): Promise<string> {
  const answer = await fetch(`${edge.cybrid.identityUrl}/oauth/token`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      grant_type: "client_credentials",
      client_id: edge.cybrid.settings.clientId,
      client_secret: edge.cybrid.settings.clientSecret,
      scope: "external_bank_accounts:execute",
    }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}
