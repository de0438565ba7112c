/**
 * After a crash between any two steps the outcome is found, not repeated. Protections are off throughout.
 * The Worker is a process of its own here, killed without warning and started again on the same storage.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Link, LinkList, ProviderName, Session } from "../../worker/contract.ts";
import { type Demo, startDemo } from "../demo/start.ts";
import { startWorker, type WorkerProcess } from "../demo/worker-process.ts";
import { callsTo } from "../simulators/call-log.ts";
import { defaultCybridSettings } from "../simulators/cybrid/index.ts";

let demo: Demo;
let worker: WorkerProcess;
let persistTo: string;
before(async () => {
  persistTo = await mkdtemp(join(tmpdir(), "bank-link-crash-"));
  demo = await startDemo({ persistTo, vars: { UPSTREAM_TIMEOUT_SECONDS: "1" } });
  worker = demo.worker;
  demo.cybrid.settings.duplicateDetection = false;
  demo.plaid.backend.settings.singleUsePublicTokens = false;
});
after(async () => {
  await worker.close();
  await demo.close();
  await rm(persistTo, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});
afterEach(() => {
  const { clientId, clientSecret, ...settings } = defaultCybridSettings();
  Object.assign(demo.cybrid.settings, { ...settings, duplicateDetection: false });
  demo.cybrid.faults.clear();
  demo.lynx.faults.clear();
});

const CREATE = "POST /api/external_bank_accounts";

async function killAndRestart(): Promise<void> {
  await worker.kill();
  worker = await startWorker(demo.workerOptions);
}

async function call<Body = Link>(
  method: string,
  path: string,
  token: string,
  body?: object,
  key?: string,
): Promise<Body> {
  const answer = await fetch(demo.worker.url + path, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      Prefer: "wait=0",
      ...(body && { "Content-Type": "application/json" }),
      ...(key && { "Idempotency-Key": key }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as Body;
}

interface Customer {
  customerId: string;
  token: string;
}

async function newCustomer(provider: ProviderName): Promise<Customer> {
  const customerId = provider === "cybrid" ? demo.cybrid.addCustomer({ type: "individual" }) : randomUUID();
  const wishes = { customer_id: customerId, provider };
  const { token } = await call<Session>("POST", "/v1/sessions", demo.apiKey, wishes);
  return { customerId, token };
}

async function until(customer: Customer, linkId: string, done: (link: Link) => boolean): Promise<Link> {
  for (let tries = 0; tries < 200; tries++) {
    const link = await call("GET", `/v1/links/${linkId}`, customer.token);
    if (done(link)) return link;
    await delay(100);
  }
  throw new Error(`link ${linkId} did not get there`);
}

/** Sends the finalize and goes away. */
async function sendAndVanish(customer: Customer): Promise<Link> {
  const created = await call("POST", "/v1/links", customer.token, {}, randomUUID());
  const link = await until(customer, created.id, ({ status }) => status === "ready");
  const { publicToken, item } = demo.plaid.backend.issuePublicToken(link.link_token ?? "", "ins_109508");
  const [account] = item.accounts;
  const choice = {
    public_token: publicToken,
    account: { id: account?.id, name: account?.name, mask: account?.mask, subtype: account?.subtype },
    institution: { id: item.institution.id, name: item.institution.name },
  };
  const sent = await call("POST", `/v1/links/${link.id}/finalize`, customer.token, choice, randomUUID());
  assert.equal(sent.status, "finalizing");
  return link;
}

describe("a crash", () => {
  test("while the link token is being made: the link becomes ready", async () => {
    const customer = await newCustomer("cybrid");
    demo.cybrid.settings.workflowMs = 6_000;
    const link = await call("POST", "/v1/links", customer.token, {}, randomUUID());
    await killAndRestart();
    const ready = await until(customer, link.id, ({ status }) => status !== "preparing");
    assert.equal(ready.status, "ready");
  });

  test("under the call that makes the account: found, not made again", async () => {
    const customer = await newCustomer("cybrid");
    demo.cybrid.faults.once(CREATE, { kind: "latency", ms: 900, work: "done" });
    const link = await sendAndVanish(customer);
    await killAndRestart();
    const { status, account } = await until(customer, link.id, (now) => now.status !== "finalizing");
    assert.equal(status, "linked");
    assert.deepEqual(
      demo.cybrid.accounts(customer.customerId).map(({ guid }) => guid),
      [account?.id],
    );
    assert.equal(callsTo(demo.cybrid.calls, CREATE, customer.customerId).length, 1);
  });

  test("between the intent and the call: made once", async () => {
    const customer = await newCustomer("cybrid");
    demo.cybrid.faults.once(CREATE, { kind: "silence", work: "undone" });
    const link = await sendAndVanish(customer);
    await killAndRestart();
    const { status, account } = await until(customer, link.id, (now) => now.status !== "finalizing");
    assert.equal(status, "linked");
    assert.deepEqual(
      demo.cybrid.accounts(customer.customerId).map(({ guid }) => guid),
      [account?.id],
    );
  });

  test("while the account is being made: the alarm alone follows it to its end", async () => {
    const customer = await newCustomer("cybrid");
    demo.cybrid.settings.accountMs = 4_000;
    await sendAndVanish(customer);
    await delay(300);
    await killAndRestart();
    // Nobody asks for this link: only the list of a server that looks in later.
    const path = `/v1/links?provider=cybrid&customer_id=${customer.customerId}`;
    for (let tries = 0; tries < 40; tries++) {
      await delay(500);
      const { links } = await call<LinkList>("GET", path, demo.apiKey);
      if (links[0]?.status === "linked") return;
    }
    assert.fail("the alarm did not bring the link to its end");
  });

  test("does not cost an access token: the one that is kept still serves", async () => {
    const first = await newCustomer("cybrid");
    const link = await call("POST", "/v1/links", first.token, {}, randomUUID());
    await until(first, link.id, ({ status }) => status === "ready");
    const tokenCalls = () => callsTo(demo.cybrid.calls, "POST /oauth/token").length;
    const before = tokenCalls();
    await killAndRestart();
    const second = await newCustomer("cybrid");
    const next = await call("POST", "/v1/links", second.token, {}, randomUUID());
    await until(second, next.id, ({ status }) => status === "ready");
    assert.equal(tokenCalls(), before);
  });

  test("at Lynx: the same key, the same body, one account", async () => {
    const customer = await newCustomer("lynx");
    const route = `POST ${demo.lynx.paths.linkVerified}`;
    demo.lynx.faults.once(route, { kind: "latency", ms: 900, work: "done" });
    const link = await sendAndVanish(customer);
    await killAndRestart();
    assert.equal((await until(customer, link.id, (now) => now.status !== "finalizing")).status, "linked");
    assert.equal(demo.lynx.accounts(customer.customerId).length, 1);
    const bodies = callsTo(demo.lynx.calls, route, customer.customerId).map(({ requestBody }) =>
      JSON.stringify(requestBody),
    );
    assert.equal(new Set(bodies).size, 1);
  });
});
