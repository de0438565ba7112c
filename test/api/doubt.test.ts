/** Outcomes in doubt, with the provider's protections on and off, and with what stands between us and it. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import type { Link } from "../../worker/contract.ts";
import { callsTo } from "../simulators/call-log.ts";
import { defaultCybridSettings } from "../simulators/cybrid/index.ts";
import { type Browser, type Edge, startEdge } from "./edge.ts";

const CREATE = "POST /api/external_bank_accounts";
const LIST = "GET /api/external_bank_accounts";

let edge: Edge;
before(async () => {
  edge = await startEdge({ UPSTREAM_TIMEOUT_SECONDS: "1" });
});
after(() => edge.close());
afterEach(() => {
  edge.cybrid.faults.clear();
  edge.lynx.faults.clear();
  const { clientId, clientSecret, ...settings } = defaultCybridSettings();
  Object.assign(edge.cybrid.settings, settings);
  edge.plaid.settings.singleUsePublicTokens = true;
});

/** Polls as the element does, until the link is at its end. */
async function finalize(browser: Browser, link: Link, body: object = browser.choose(link)): Promise<Link> {
  const headers = { Prefer: "wait=25" };
  const path = `/v1/links/${link.id}`;
  let answer = await browser.call("POST", `${path}/finalize`, { key: randomUUID(), body, headers });
  for (let polls = 0; answer.body.status === "finalizing" && polls < 4; polls++) {
    answer = await browser.call("GET", path, { headers });
  }
  return answer.body;
}

describe("a page of something between us and the provider", () => {
  const page = { kind: "status", status: 403, body: "<h1>Blocked</h1>" } as const;

  test("is not the provider's word: the link is finalized once the way is free", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    edge.cybrid.faults.add({ route: CREATE, fault: page, times: 2 });
    edge.cybrid.faults.add({ route: LIST, fault: page, times: 4 });
    const ended = await finalize(browser, link);
    assert.equal(ended.status, "linked");
    assert.equal(edge.cybrid.accounts(browser.customerId).length, 1);
  });

  test("costs a Lynx link nothing but time", async () => {
    const browser = await edge.browser("lynx");
    const link = await browser.link();
    edge.lynx.faults.add({ route: `POST ${edge.lynx.paths.linkVerified}`, fault: page, times: 2 });
    const ended = await finalize(browser, link);
    assert.equal(ended.status, "linked");
    assert.equal(edge.lynx.accounts(browser.customerId).length, 1);
  });
});

describe("a lost post whose account is listed late", () => {
  test("wins over the second post's account, which failed since the token was spent", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    edge.cybrid.settings.spentTokenAnswers = "failed later";
    // Past both late lookups, and before the last one.
    edge.cybrid.faults.once(CREATE, { kind: "drop", work: "done", listLagMs: 2_600 });
    const ended = await finalize(browser, link);
    assert.equal(ended.status, "linked");
    const live = edge.cybrid.accounts(browser.customerId).filter(({ state }) => state === "completed");
    assert.deepEqual(
      live.map(({ guid }) => guid),
      [ended.account?.id],
    );
    assert.equal(callsTo(edge.cybrid.calls, CREATE, browser.customerId).length, 2);
  });
});

describe("an account that contradicts what Link named", () => {
  test("is neither adopted nor posted over, and the log names it", async () => {
    edge.cybrid.settings.duplicateDetection = false;
    edge.plaid.settings.singleUsePublicTokens = false;
    const browser = await edge.browser();
    const link = await browser.link();
    edge.cybrid.faults.once(CREATE, { kind: "drop", work: "done" });
    const choice = { ...browser.choose(link), institution: { id: "ins_other", name: "First Platypus Bank" } };
    const { body } = await browser.call("POST", `/v1/links/${link.id}/finalize`, {
      key: randomUUID(),
      body: choice,
      headers: { Prefer: "wait=8" },
    });
    assert.equal(body.status, "finalizing");
    const [account, ...more] = edge.cybrid.accounts(browser.customerId);
    assert.deepEqual(more, []);
    const named = edge.harness
      .getLogs()
      .filter(({ message }) => message.includes('"account_contradicts"'))
      .filter(({ message }) => message.includes(account?.guid ?? "none"));
    assert.ok(named.length > 0);
  });
});

describe("a body of Lynx that says nothing of success", () => {
  for (const body of [{ status: "ERROR" }, { data: { success: false } }, { data: null }, {}]) {
    test(`is asked for again under the same key: ${JSON.stringify(body)}`, async () => {
      const browser = await edge.browser("lynx");
      const link = await browser.link();
      const route = `POST ${edge.lynx.paths.linkVerified}`;
      edge.lynx.faults.once(route, { kind: "status", status: 200, body });
      const ended = await finalize(browser, link);
      assert.equal(ended.status, "linked");
      const [account, ...more] = edge.lynx.accounts(browser.customerId);
      assert.deepEqual(more, []);
      assert.equal(ended.account?.id, account?.id);
      assert.equal(callsTo(edge.lynx.calls, route, browser.customerId).length, 2);
    });
  }
});

test("twenty workflows that failed do not keep a customer from linking", async () => {
  const browser = await edge.browser();
  edge.cybrid.faults.add({
    route: "POST /api/workflows",
    fault: { kind: "status", status: 422 },
    times: 20,
    when: ({ customer }) => customer === browser.customerId,
  });
  for (let tries = 0; tries < 20; tries++) {
    const { body } = await browser.call("POST", "/v1/links", { key: randomUUID(), body: {} });
    assert.equal(body.status, "failed");
  }
  assert.equal((await browser.link()).status, "ready");
});
