/** A link's work, carried through against a provider made of answers; time is ours. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Account } from "../../../worker/contract.ts";
import { Driver } from "../../../worker/ledger/driver.ts";
import { posting } from "../../../worker/ledger/finalize-machine.ts";
import { beginLink, finalizing, prepared } from "../../../worker/ledger/link-machine.ts";
import type { LinkRecord, WorkOf } from "../../../worker/ledger/link-record.ts";
import { LedgerStore } from "../../../worker/ledger/store.ts";
import { lookAt } from "../../../worker/ledger/watcher.ts";
import {
  OWNERSHIP_WAIT_MS,
  PROCESSING_MAX_MS,
  PROCESSING_POLL_MAX_MS,
  PUBLIC_TOKEN_LIFE_MS,
} from "../../../worker/limits.ts";
import { type Provider, succeed } from "../../../worker/providers/provider.ts";
import { memoryStorage } from "./durable-storage.ts";

function account(status: Account["status"]): Account {
  return {
    id: "acc_1",
    provider: "cybrid",
    name: "Bank - Checking",
    mask: "0000",
    type: null,
    asset: "USD",
    institution: null,
    status,
    failure_code: null,
    created_at: null,
    updated_at: null,
  };
}

function finalizingLink(): LinkRecord {
  const request = { customerId: "c", accountId: null, redirectUri: null, language: "en" };
  const begun = beginLink({ id: "lnk_1", provider: "cybrid", request, reference: "order 7" }, 0);
  const value = {
    state: "ready" as const,
    providerState: {},
    linkToken: "link-1",
    linkTokenLifeMs: 3_600_000,
  };
  assert.equal(begun.work?.kind, "prepare");
  const ready = prepared(begun, begun.work as never, succeed(value), 0);
  return finalizing(ready, { body: "{}", name: "Bank - Checking", selection: { account: { id: "a" } } }, 0);
}

function ledger(answers: Partial<Provider>) {
  const { storage, alarmAtMs } = memoryStorage();
  const store = new LedgerStore(storage, () => true);
  const provider = {
    name: "cybrid",
    recovery: "search",
    capabilities: { verify_ownership: answers.verifyOwnership !== undefined },
    accountFailure: () => "provider_rejected",
    createAccount: async () => succeed(account("processing")),
    ...answers,
  } as Provider;
  const clock = { nowMs: 0 };
  const lines: string[] = [];
  const driver = new Driver({
    store,
    provider: () => provider,
    log: (event) => lines.push(event),
    upstreamTimeoutMs: () => 20_000,
    now: () => clock.nowMs,
    sleep: async (ms) => {
      clock.nowMs += ms;
    },
  });
  store.saveLink(finalizingLink());
  const messages = () => store.outbox.undelivered().map(({ payload }) => JSON.parse(payload));
  return { store, storage, driver, provider, clock, lines, alarmAtMs, messages };
}

describe("an outcome and the message that tells it", () => {
  test("are written together", async () => {
    const { driver, store, messages } = ledger({ createAccount: async () => succeed(account("active")) });
    await driver.run("lnk_1", "request-1");
    assert.equal(store.link("lnk_1")?.status, "linked");
    assert.deepEqual(
      messages().map(({ type }) => type),
      ["bank_link.linked"],
    );
  });

  test("are not written at all where one of them cannot be", async () => {
    const { driver, store, storage, lines } = ledger({
      createAccount: async () => {
        // No message fits in there any more.
        storage.sql.exec("DROP TABLE outbox; CREATE TABLE outbox (due_at_ms INTEGER)");
        return succeed(account("active"));
      },
    });
    await driver.run("lnk_1", "request-1");
    const link = store.link("lnk_1");
    assert.equal(link?.status, "finalizing");
    // The intent is still there, from which the alarm goes on.
    assert.equal(link?.work?.kind, "posting");
    assert.deepEqual(lines, ["unexpected"]);
  });
});

describe("the intent", () => {
  test("is stored and the alarm armed before the provider is called", async () => {
    const seen: unknown[] = [];
    const { driver, store, alarmAtMs } = ledger({
      createAccount: async () => {
        seen.push(store.link("lnk_1")?.work?.kind, (alarmAtMs() ?? 0) > 20_000);
        return succeed(account("active"));
      },
    });
    await driver.run("lnk_1", "request-1");
    assert.deepEqual(seen, ["posting", true]);
  });
});

test("a link that waited for another one's doubt until its public token died has expired, and nothing was sent", async () => {
  let posts = 0;
  const { driver, store, clock } = ledger({
    createAccount: async () => {
      posts++;
      return succeed(account("active"));
    },
  });
  const sibling = { ...finalizingLink(), id: "lnk_0" };
  assert.equal(sibling.work?.kind, "create");
  store.saveLink(posting(sibling, sibling.work as WorkOf<"create">));
  clock.nowMs = PUBLIC_TOKEN_LIFE_MS - 1;
  await driver.runDue("lnk_1");
  assert.equal(store.link("lnk_1")?.status, "finalizing");
  clock.nowMs = PUBLIC_TOKEN_LIFE_MS;
  await driver.runDue("lnk_1");
  assert.equal(store.link("lnk_1")?.problem?.code, "link_expired");
  assert.equal(posts, 0);
});

test("an account in processing for a week: looks up to an hour apart, then the failure is told with the account", async () => {
  const looksAtMs: number[] = [];
  const { driver, store, clock, messages } = ledger({
    readAccount: async () => {
      looksAtMs.push(clock.nowMs);
      return succeed(account("processing"));
    },
  });
  await driver.run("lnk_1", "request-1");
  for (let alarms = 0; alarms < 1_000; alarms++) {
    const work = store.link("lnk_1")?.work;
    if (!work) break;
    clock.nowMs = Math.max(clock.nowMs, work.notBeforeMs);
    await driver.runDue("lnk_1");
  }
  const pauses = looksAtMs.slice(1).map((atMs, index) => atMs - (looksAtMs[index] ?? 0));
  assert.equal(Math.max(...pauses), PROCESSING_POLL_MAX_MS);
  const lastMs = looksAtMs.at(-1) ?? 0;
  assert.ok(lastMs >= PROCESSING_MAX_MS && lastMs < PROCESSING_MAX_MS + PROCESSING_POLL_MAX_MS);
  const [message, ...more] = messages();
  assert.deepEqual(more, []);
  assert.equal(message.type, "bank_link.failed");
  assert.equal(message.data.code, "provider_timeout");
  assert.equal(message.data.account_id, "acc_1");
});

describe("an ownership check that takes its time", () => {
  async function patienceEnded() {
    let check = { running: true, account: account("unverified") };
    const own = ledger({
      createAccount: async () => succeed(account("unverified")),
      verifyOwnership: async () => succeed(check),
    });
    await own.driver.run("lnk_1", "request-1");
    const [watch] = own.store.watches.take(Number.MAX_SAFE_INTEGER, 0);
    assert.ok(watch, "nobody follows the check");
    const look = (now: typeof check) => {
      check = now;
      const { store, provider, clock } = own;
      return lookAt(watch, { store, provider, customerId: "c", log: () => {}, now: () => clock.nowMs });
    };
    return { ...own, look };
  }

  test("leaves the link linked with an unverified account after a minute", async () => {
    const { store, clock, messages } = await patienceEnded();
    assert.ok(clock.nowMs >= OWNERSHIP_WAIT_MS && clock.nowMs < OWNERSHIP_WAIT_MS + 3_000);
    const link = store.link("lnk_1");
    assert.equal(link?.status, "linked");
    assert.equal(link?.account?.status, "unverified");
    assert.deepEqual(
      messages().map(({ type }) => type),
      ["bank_link.linked"],
    );
  });

  for (const status of ["active", "unverified"] as const) {
    test(`is told by bank_account.updated at its end: ${status}`, async () => {
      const { look, messages, store } = await patienceEnded();
      await look({ running: true, account: account("unverified") });
      assert.equal(messages().length, 1);
      await look({ running: false, account: account(status) });
      const [, told, ...more] = messages();
      assert.deepEqual(more, []);
      assert.equal(told.type, "bank_account.updated");
      assert.deepEqual(told.data, {
        link_id: "lnk_1",
        customer_id: "c",
        provider: "cybrid",
        mode: "link",
        status,
        account_id: "acc_1",
        code: null,
        reference: "order 7",
      });
      assert.equal(store.watches.nextDueAtMs(), null);
    });
  }
});
