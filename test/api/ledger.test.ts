/** The ledger from inside: what it stores, when, and for how long. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Account, Link } from "../../worker/contract.ts";
import { callsTo } from "../simulators/call-log.ts";
import { defaultCybridSettings } from "../simulators/cybrid/index.ts";
import { type Browser, type Edge, startEdge } from "./edge.ts";

let edge: Edge;
before(async () => {
  edge = await startEdge({ UPSTREAM_TIMEOUT_SECONDS: "1" });
});
after(() => edge.close());
afterEach(() => {
  const { clientId, clientSecret, ...settings } = defaultCybridSettings();
  Object.assign(edge.cybrid.settings, settings);
  edge.cybrid.faults.clear();
});

const CREATE = "POST /api/external_bank_accounts";

function storageOf(browser: Browser, provider = "cybrid") {
  const name = `sandbox:${provider}:${browser.customerId}`;
  return edge.harness.getWorker().getDurableObjectStorage("Ledger", { name });
}

function finalize(browser: Browser, link: Link, wait: number, key: string = randomUUID()) {
  const body = browser.choose(link);
  const headers = { Prefer: `wait=${wait}` };
  const send = () => browser.call("POST", `/v1/links/${link.id}/finalize`, { key, body, headers });
  return { send, first: send() };
}

test("there is one for each environment, provider and customer, and it holds nobody else's links", async () => {
  const browsers = [
    ["cybrid", await edge.browser("cybrid")],
    ["cybrid", await edge.browser("cybrid")],
    ["lynx", await edge.browser("lynx")],
  ] as const;
  for (const [provider, browser] of browsers) {
    const { id } = await browser.link();
    const storage = await storageOf(browser, provider);
    assert.deepEqual(await storage.exec("SELECT id FROM link"), [{ id }]);
  }
});

test("claim and intent are stored while the provider is being asked, and only then the outcome", async () => {
  const browser = await edge.browser();
  const link = await browser.link();
  edge.cybrid.faults.once(CREATE, { kind: "latency", ms: 700, work: "done" });
  const { first } = finalize(browser, link, 10);
  while (callsTo(edge.cybrid.calls, CREATE, browser.customerId).length === 0) await delay(20);
  const storage = await storageOf(browser);
  const read = async () => {
    const [row] = (await storage.exec("SELECT status, record FROM link")) as Record<string, string>[];
    const claims = (await storage.exec("SELECT link_id FROM claim")) as { link_id: string }[];
    return { status: row?.status, task: JSON.parse(row?.record ?? "{}").task, claims };
  };
  const during = await read();
  assert.equal(during.status, "finalizing");
  assert.equal(during.task.kind, "posting");
  // One of the create, one of the finalize.
  assert.deepEqual(
    during.claims.map(({ link_id }) => link_id),
    [link.id, link.id],
  );
  assert.equal((await first).body.status, "linked");
  assert.equal((await read()).task, undefined);
});

test("a ledger that waits for the provider answers others meanwhile", async () => {
  const browser = await edge.browser();
  edge.cybrid.settings.workflowMs = 3_000;
  const slow = browser.call("POST", "/v1/links", { key: randomUUID(), body: {} });
  await delay(200);
  const startedAtMs = Date.now();
  assert.equal((await browser.call("GET", "/v1/links")).status, 200);
  assert.ok(Date.now() - startedAtMs < 1_500);
  assert.equal((await slow).body.status, "ready");
});

test("what was only in memory is not needed: a link goes on, and its key is still known", async () => {
  const browser = await edge.browser();
  const forget = () =>
    edge.harness.getWorker().evictDurableObject("Ledger", { name: `sandbox:cybrid:${browser.customerId}` });
  const link = await browser.link();
  await forget();
  const { first, send } = finalize(browser, link, 10);
  assert.equal((await first).body.status, "linked");
  await forget();
  const replay = await send();
  assert.deepEqual(replay.body, (await first).body);
  assert.equal(replay.headers.get("Idempotent-Replayed"), "true");
  assert.equal(callsTo(edge.cybrid.calls, CREATE, browser.customerId).length, 1);
});

describe("what only we know of an account", () => {
  test("outlives the record of its link, and goes with the account", async () => {
    edge.cybrid.settings.deletedAccounts = "hidden";
    const browser = await edge.browser();
    const link = await browser.link();
    const { account } = (await finalize(browser, link, 10).first).body;
    const storage = await storageOf(browser);
    await storage.exec("DELETE FROM link");
    const read = await browser.call<Account>("GET", `/v1/accounts/${account?.id}`);
    assert.equal(read.body.institution?.name, "First Platypus Bank");
    assert.equal(read.body.type, "checking");
    await browser.call("DELETE", `/v1/accounts/${account?.id}`);
    // The id stays, so that no other link takes the account for its own.
    const known = "SELECT id FROM account WHERE coalesce(institution_id, institution_name, type) IS NOT NULL";
    for (let tries = 0; tries < 40; tries++) {
      if ((await storage.exec(known)).length === 0) return;
      await delay(250);
    }
    assert.fail("it is still there");
  });
});
