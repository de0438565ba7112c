import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Account, Link, UndeliveredList } from "../../worker/contract.ts";
import { callsTo } from "../simulators/call-log.ts";
import { defaultCybridSettings } from "../simulators/cybrid/index.ts";
import { API_KEY, type Browser, type Edge, startEdge } from "./edge.ts";
import { startWebhookReceiver, WEBHOOK_SECRET, type WebhookReceiver } from "./webhook-receiver.ts";

let edge: Edge;
let receiver: WebhookReceiver;
const newSecret = `whsec_${Buffer.from("the-next-webhook-secret-32-bytes").toString("base64")}`;
before(async () => {
  receiver = await startWebhookReceiver();
  edge = await startEdge({
    UPSTREAM_TIMEOUT_SECONDS: "1",
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET: `${newSecret},${WEBHOOK_SECRET}`,
    CYBRID_VERIFY_OWNERSHIP: "true",
  });
});
after(async () => {
  await edge.close();
  await receiver.close();
});
afterEach(() => {
  const { clientId, clientSecret, ...settings } = defaultCybridSettings();
  Object.assign(edge.cybrid.settings, settings);
  edge.cybrid.faults.clear();
  receiver.answers.length = 0;
});

async function finalize(browser: Browser, reference?: string): Promise<Link> {
  const link = await browser.link(reference === undefined ? {} : { reference });
  const { body } = await browser.call("POST", `/v1/links/${link.id}/finalize`, {
    key: randomUUID(),
    body: browser.choose(link),
    headers: { Prefer: "wait=25" },
  });
  return body;
}

const sweep = () => edge.harness.getWorker().scheduled({ cron: "*/15 * * * *" });

describe("the outcome of a link", () => {
  test("is told once, signed with both secrets, with all that the host needs", async () => {
    const browser = await edge.browser();
    const link = await finalize(browser, "order 7");
    const told = await receiver.message(({ data }) => data.link_id === link.id);
    assert.equal(told.type, "bank_link.linked");
    assert.deepEqual(told.data, {
      link_id: link.id,
      customer_id: browser.customerId,
      provider: "cybrid",
      mode: "link",
      status: "linked",
      account_id: link.account?.id,
      code: null,
      reference: "order 7",
    });
    await delay(300);
    assert.equal(receiver.tries.filter(({ id }) => id === told.id).length, 1);
  });

  test("is told also when it is a failure", async () => {
    edge.cybrid.settings.accountOutcome = { failed: "duplicate" };
    const link = await finalize(await edge.browser());
    const told = await receiver.message(({ data }) => data.link_id === link.id);
    assert.equal(told.type, "bank_link.failed");
    assert.equal(told.data.code, "duplicate_account");
  });

  test("is told also when the browser has gone", async () => {
    const browser = await edge.browser();
    edge.cybrid.settings.accountMs = 1_000;
    const link = await browser.link();
    await browser.call("POST", `/v1/links/${link.id}/finalize`, {
      key: randomUUID(),
      body: browser.choose(link),
      headers: { Prefer: "wait=0" },
    });
    const told = await receiver.message(({ data }) => data.link_id === link.id);
    assert.equal(told.type, "bank_link.linked");
  });

  test("is tried again with the same id until it is taken, and readable meanwhile", async () => {
    receiver.answers.push(503, 503);
    const browser = await edge.browser();
    const link = await finalize(browser);
    const first = await receiver.message(({ data }) => data.link_id === link.id);
    const waiting = await edge.call<UndeliveredList>(
      "GET",
      `/v1/webhooks?provider=cybrid&customer_id=${browser.customerId}`,
      { token: API_KEY },
    );
    assert.deepEqual(
      waiting.body.messages.map(({ id }) => id),
      [first.id],
    );
    await receiver.message(() => receiver.tries.filter(({ id }) => id === first.id).length >= 2);
    assert.deepEqual(
      receiver.tries.filter(({ data }) => data.link_id === link.id).map(({ type }) => type),
      ["bank_link.linked", "bank_link.linked"],
    );
  });

  test("is given up after a day: said in the log, and readable still", async () => {
    receiver.answers.push(503, 503);
    const browser = await edge.browser();
    const link = await finalize(browser);
    const { id } = await receiver.message(({ data }) => data.link_id === link.id);
    const storage = await edge.harness
      .getWorker()
      .getDurableObjectStorage("Ledger", { name: `sandbox:cybrid:${browser.customerId}` });
    await storage.exec("UPDATE message SET created_at_ms = created_at_ms - 86400000");
    const givenUp = () =>
      edge.harness
        .getLogs()
        .some(({ message }) => message.includes('"webhook_undelivered"') && message.includes(id));
    for (let tries = 0; tries < 60 && !givenUp(); tries++) await delay(200);
    assert.ok(givenUp());
    const path = `/v1/webhooks?provider=cybrid&customer_id=${browser.customerId}`;
    const { body } = await edge.call<UndeliveredList>("GET", path, { token: API_KEY });
    assert.deepEqual(
      body.messages.map((message) => [message.id, message.attempts]),
      [[id, 2]],
    );
  });
});

describe("the ownership check", () => {
  test("passed: the account is active and the link says so", async () => {
    edge.cybrid.settings.accountOutcome = "unverified";
    const link = await finalize(await edge.browser());
    assert.equal(link.status, "linked");
    assert.equal(link.account?.status, "active");
  });

  test("failed: the account stays unverified, and is linked as that", async () => {
    edge.cybrid.settings.accountOutcome = "unverified";
    edge.cybrid.settings.verificationOutcome = { failed: ["requires_matching_name"] };
    const browser = await edge.browser();
    const link = await finalize(browser);
    assert.equal(link.status, "linked");
    assert.equal(link.account?.status, "unverified");
    assert.equal(
      callsTo(edge.cybrid.calls, "POST /api/identity_verifications", browser.customerId).length,
      1,
    );
  });

  test("is not begun for a customer who is not verified", async () => {
    edge.cybrid.settings.accountOutcome = "unverified";
    const browser = await edge.browser();
    edge.cybrid.setCustomerState(browser.customerId, "unverified");
    const link = await finalize(browser);
    assert.equal(link.account?.status, "unverified");
    assert.equal(
      callsTo(edge.cybrid.calls, "POST /api/identity_verifications", browser.customerId).length,
      0,
    );
  });

  test("a lost begin is looked for before another is begun", async () => {
    edge.cybrid.settings.accountOutcome = "unverified";
    const browser = await edge.browser();
    edge.cybrid.faults.once("POST /api/identity_verifications", { kind: "drop", work: "done" });
    const link = await finalize(browser);
    assert.equal(link.account?.status, "active");
    assert.equal(edge.cybrid.verifications(browser.customerId).length, 1);
  });
});

describe("an account that is removed", () => {
  test("is removing at first, and told when it is gone", async () => {
    const browser = await edge.browser();
    const { account } = await finalize(browser);
    const removed = await browser.call<Account>("DELETE", `/v1/accounts/${account?.id}`);
    assert.equal(removed.status, 200);
    assert.equal(removed.body.status, "removing");
    const told = await receiver.message(
      ({ type, data }) => type === "bank_account.removed" && data.account_id === account?.id,
    );
    assert.equal(told.data.status, "removed");
    assert.equal(told.data.customer_id, browser.customerId);
  });
});

describe("a removal whose answer was lost", () => {
  test("is told all the same, and once", async () => {
    const browser = await edge.browser();
    const { account } = await finalize(browser);
    const route = "DELETE /api/external_bank_accounts/:guid";
    edge.cybrid.faults.once(route, { kind: "status", status: 503, work: "done" });
    const lost = await browser.call("DELETE", `/v1/accounts/${account?.id}`);
    assert.equal(lost.status, 503);
    const isIt = ({ type, data }: { type: string; data: Record<string, unknown> }) =>
      type === "bank_account.removed" && data.account_id === account?.id;
    await receiver.message(isIt);
    const again = await browser.call<Account>("DELETE", `/v1/accounts/${account?.id}`);
    assert.equal(again.body.status, "removed");
    await delay(2_500);
    assert.equal(receiver.tries.filter(isIt).length, 1);
  });
});

describe("the sweep", () => {
  test("tells each expired connection once, and the next one of the same account again", async () => {
    const browser = await edge.browser();
    const { account } = await finalize(browser);
    const id = account?.id ?? "";
    const told = () =>
      receiver.tries.filter(
        ({ type, data }) => type === "bank_account.refresh_required" && data.account_id === id,
      ).length;
    edge.cybrid.forceState(id, "refresh_required");
    await sweep();
    await receiver.message(() => told() === 1);
    await sweep();
    await delay(500);
    assert.equal(told(), 1);

    edge.cybrid.forceState(id, "completed");
    for (let absences = 0; absences < 2; absences++) {
      await sweep();
      await delay(300);
    }
    edge.cybrid.forceState(id, "refresh_required");
    await sweep();
    await receiver.message(() => told() === 2);
  });

  test("tells an account that was repaired and expired again between two sweeps once more", async () => {
    const browser = await edge.browser();
    const { account } = await finalize(browser);
    const id = account?.id ?? "";
    const told = () =>
      receiver.tries.filter(
        ({ type, data }) => type === "bank_account.refresh_required" && data.account_id === id,
      ).length;
    edge.cybrid.forceState(id, "refresh_required");
    await sweep();
    await receiver.message(() => told() === 1);
    edge.cybrid.forceState(id, "completed");
    edge.cybrid.forceState(id, "refresh_required");
    await sweep();
    await receiver.message(() => told() === 2);
  });

  test("an account that one sweep misses is not told again", async () => {
    const browser = await edge.browser();
    const { account } = await finalize(browser);
    const id = account?.id ?? "";
    const told = () =>
      receiver.tries.filter(
        ({ type, data }) => type === "bank_account.refresh_required" && data.account_id === id,
      ).length;
    edge.cybrid.forceState(id, "refresh_required");
    await sweep();
    await receiver.message(() => told() === 1);
    // The list leaves it out once; nothing has happened to the account, so its time stays.
    const [listed] = edge.cybrid.accounts(browser.customerId);
    assert.ok(listed);
    for (const state of ["completed", "refresh_required"] as const) {
      listed.state = state;
      await sweep();
      await delay(500);
    }
    assert.equal(told(), 1);
  });

  test("continues with the page where it paused, after a restart, and not before Retry-After has passed", async () => {
    const list = "GET /api/external_bank_accounts";
    const reads = () => callsTo(edge.cybrid.calls, list);
    for (let made = 0; made < 105; made++) await expiredAccount();
    // Until no earlier sweep is under way.
    for (let seen = -1; seen !== reads().length; await delay(1_000)) seen = reads().length;
    edge.cybrid.calls.length = 0;
    edge.cybrid.faults.add({ route: list, fault: { kind: "rate-limit", retryAfter: 6 }, skip: 1, times: 1 });
    const until = async (count: number) => {
      for (let tries = 0; tries < 200 && reads().length < count; tries++) await delay(50);
    };
    await sweep();
    await until(2);
    await edge.harness.getWorker().evictDurableObject("Sweep", { name: "sandbox:cybrid" });
    await sweep();
    await delay(4_000);
    assert.equal(reads().length, 2);
    await until(3);
    const pages = reads().map(({ path }) => /[?&]page=(\d+)/.exec(path)?.[1]);
    assert.deepEqual(pages.slice(0, 3), ["0", "1", "1"]);
  });

  test("goes through more accounts than one page holds", async () => {
    const ids: string[] = [];
    const many = await Promise.all(Array.from({ length: 3 }, () => edge.browser()));
    for (const browser of many) {
      const { account } = await finalize(browser);
      ids.push(account?.id ?? "");
      edge.cybrid.forceState(account?.id ?? "", "refresh_required");
    }
    for (let made = 0; made < 205; made++) await expiredAccount();
    await sweep();
    for (const id of ids) {
      await receiver.message(
        ({ type, data }) => type === "bank_account.refresh_required" && data.account_id === id,
      );
    }
    const pages = callsTo(edge.cybrid.calls, "GET /api/external_bank_accounts").filter(({ path }) =>
      path.includes("state=refresh_required"),
    );
    assert.ok(pages.some(({ path }) => /[?&]page=2\b/.test(path)));
  });

  /** Made behind the Worker's back, as another system of the bank would. */
  async function expiredAccount(): Promise<void> {
    const customerId = edge.cybrid.addCustomer({ type: "business" });
    const { linkToken } = edge.plaid.createLinkToken({ customerId });
    const { publicToken, item } = edge.plaid.issuePublicToken(linkToken, "ins_109508");
    const token = await accessToken();
    const answer = await fetch(`${edge.cybrid.url}/api/external_bank_accounts`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({
        name: "Other",
        account_kind: "plaid",
        customer_guid: customerId,
        asset: "USD",
        plaid_public_token: publicToken,
        plaid_account_id: item.accounts[0]?.id,
      }),
    });
    const { guid } = (await answer.json()) as { guid: string };
    edge.cybrid.forceState(guid, "refresh_required");
  }

  let token: Promise<string> | undefined;
  function accessToken(): Promise<string> {
    token ??= fetch(`${edge.cybrid.identityUrl}/oauth/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        grant_type: "client_credentials",
        client_id: edge.cybrid.settings.clientId,
        client_secret: edge.cybrid.settings.clientSecret,
        scope: "external_bank_accounts:execute",
      }),
    }).then(async (answer) => ((await answer.json()) as { access_token: string }).access_token);
    return token;
  }
});

describe("erasing a customer", () => {
  test("leaves nothing of them with us, and their accounts at the provider", async () => {
    const browser = await edge.browser();
    const link = await finalize(browser);
    const path = `/v1/customers/${browser.customerId}?provider=cybrid`;
    assert.equal((await edge.call("DELETE", path, { token: browser.token })).status, 401);
    const erased = await edge.call("DELETE", path, { token: API_KEY });
    assert.equal(erased.status, 204);
    assert.equal((await browser.call("GET", `/v1/links/${link.id}`)).status, 404);
    assert.equal(edge.cybrid.accounts(browser.customerId).length, 1);
    const { IDEMPOTENCY } = await edge.harness
      .getWorker<{
        IDEMPOTENCY: { list(): Promise<{ keys: { name: string }[] }>; get(key: string): Promise<string> };
      }>()
      .getEnv();
    for (const { name } of (await IDEMPOTENCY.list()).keys) {
      assert.ok(!(await IDEMPOTENCY.get(name)).includes(link.id));
    }
    // And a new beginning is possible.
    await browser.link();
  });

  test("is not undone by the next sweep", async () => {
    const browser = await edge.browser();
    const { account } = await finalize(browser);
    const told = () => receiver.tries.filter(({ data }) => data.account_id === account?.id).length;
    edge.cybrid.forceState(account?.id ?? "", "refresh_required");
    await sweep();
    await receiver.message(
      ({ type, data }) => type === "bank_account.refresh_required" && data.account_id === account?.id,
    );
    const before = told();
    await edge.call("DELETE", `/v1/customers/${browser.customerId}?provider=cybrid`, { token: API_KEY });
    await sweep();
    await delay(1_000);
    assert.equal(told(), before);
    const path = `/v1/webhooks?provider=cybrid&customer_id=${browser.customerId}`;
    const { body } = await edge.call<UndeliveredList>("GET", path, { token: API_KEY });
    assert.deepEqual(body.messages, []);
  });
});
