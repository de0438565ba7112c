/** A link's work, carried through against a provider made of answers; time is ours. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Account } from "../../../worker/contract.ts";
import { Driver, isWorking } from "../../../worker/ledger/driver.ts";
import { LedgerStore } from "../../../worker/ledger/store.ts";
import { pollWatch } from "../../../worker/ledger/watcher.ts";
import {
  LATE_LOOKUPS_MS,
  OWNERSHIP_WAIT_MS,
  PROCESSING_MAX_MS,
  PROCESSING_POLL_MAX_MS,
} from "../../../worker/limits.ts";
import { lose, type Provider, reject, succeed } from "../../../worker/providers/provider.ts";
import { memoryStorage } from "./durable-storage.ts";
import { account as bare, finalizing } from "./links.ts";

function account(status: Account["status"]) {
  return { ...bare(status), name: "Bank - Checking", mask: "0000" };
}

/** Somebody waits for as long as it takes. */
const FOREVER_MS = Number.MAX_SAFE_INTEGER;

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
  store.saveLink(finalizing());
  const messages = () => store.outbox.undelivered().map(({ payload }) => JSON.parse(payload));
  const task = () => {
    const record = store.link("lnk_1");
    return record?.status === "finalizing" ? record.task.kind : null;
  };
  return { store, storage, driver, provider, clock, lines, alarmAtMs, messages, task };
}

describe("an outcome and the message that reports it", () => {
  test("are written together", async () => {
    const { driver, store, messages } = ledger({ createAccount: async () => succeed(account("active")) });
    await driver.run("lnk_1", "request-1", FOREVER_MS);
    assert.equal(store.link("lnk_1")?.status, "linked");
    assert.deepEqual(
      messages().map(({ type }) => type),
      ["bank_link.linked"],
    );
  });

  test("are not written at all where one of them cannot be", async () => {
    const { driver, store, storage, lines, task } = ledger({
      createAccount: async () => {
        // No message fits in there any more.
        storage.sql.exec(
          "DROP TABLE message; CREATE TABLE message (id TEXT, status TEXT, due_at_ms INTEGER, created_at_ms INTEGER)",
        );
        return succeed(account("active"));
      },
    });
    await driver.run("lnk_1", "request-1", FOREVER_MS);
    assert.equal(store.link("lnk_1")?.status, "finalizing");
    // The intent is still there, from which the alarm continues.
    assert.equal(task(), "posting");
    assert.deepEqual(lines, ["unexpected"]);
  });
});

describe("the intent", () => {
  test("is stored and the alarm set before the provider is called", async () => {
    const seen: unknown[] = [];
    const { driver, alarmAtMs, task } = ledger({
      createAccount: async () => {
        seen.push(task(), (alarmAtMs() ?? 0) > 20_000);
        return succeed(account("active"));
      },
    });
    await driver.run("lnk_1", "request-1", FOREVER_MS);
    assert.deepEqual(seen, ["posting", true]);
  });
});

test("an account in processing for a week: polls up to an hour apart, then the failure is reported with the account", async () => {
  const pollsAtMs: number[] = [];
  const { driver, store, clock, messages } = ledger({
    readAccount: async () => {
      pollsAtMs.push(clock.nowMs);
      return succeed(account("processing"));
    },
  });
  await driver.run("lnk_1", "request-1", 0);
  for (let alarms = 0; alarms < 1_000; alarms++) {
    const record = store.link("lnk_1");
    if (!record || !isWorking(record)) break;
    clock.nowMs = Math.max(clock.nowMs, record.notBeforeMs);
    await driver.runDue("lnk_1");
  }
  const pauses = pollsAtMs.slice(1).map((atMs, index) => atMs - (pollsAtMs[index] ?? 0));
  assert.equal(Math.max(...pauses), PROCESSING_POLL_MAX_MS);
  const lastMs = pollsAtMs.at(-1) ?? 0;
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
    await own.driver.run("lnk_1", "request-1", FOREVER_MS);
    const [watch] = own.store.watches.take(Number.MAX_SAFE_INTEGER, 0);
    assert.ok(watch, "nobody follows the check");
    const poll = (now: typeof check) => {
      check = now;
      const { store, provider, clock } = own;
      clock.nowMs = watch.dueAtMs;
      return pollWatch(watch, {
        store,
        provider,
        customerId: "c",
        log: () => {},
        now: () => clock.nowMs,
        upstreamTimeoutMs: 20_000,
      });
    };
    return { ...own, poll };
  }

  test("leaves the link linked with an unverified account after a minute", async () => {
    const { store, clock, messages } = await patienceEnded();
    assert.ok(clock.nowMs >= OWNERSHIP_WAIT_MS && clock.nowMs < OWNERSHIP_WAIT_MS + 3_000);
    const link = store.link("lnk_1");
    assert.equal(link?.status, "linked");
    assert.equal(link?.status === "linked" && link.account.status, "unverified");
    assert.deepEqual(
      messages().map(({ type }) => type),
      ["bank_link.linked"],
    );
  });

  for (const status of ["active", "unverified"] as const) {
    test(`is reported by bank_account.updated at its end: ${status}`, async () => {
      const { poll, messages, store } = await patienceEnded();
      await poll({ running: true, account: account("unverified") });
      assert.equal(messages().length, 1);
      await poll({ running: false, account: account(status) });
      const [, reported, ...more] = messages();
      assert.deepEqual(more, []);
      assert.equal(reported.type, "bank_account.updated");
      assert.deepEqual(reported.data, {
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

describe("a link that failed though an account may turn up", () => {
  async function failed(turnsUp: boolean) {
    let isThere = false;
    const own = ledger({
      createAccount: async () => lose("provider_timeout", { sentAtMs: 0, hasEnded: false }),
      findAccount: async () =>
        isThere
          ? succeed({ found: "account", account: account("active"), isComplete: true })
          : succeed({ found: "nothing", isComplete: true }),
    });
    await own.driver.run("lnk_1", "request-1", FOREVER_MS);
    assert.equal(own.store.link("lnk_1")?.status, "failed");
    isThere = turnsUp;
    const polledAfterMs: number[] = [];
    const failedAtMs = own.clock.nowMs;
    for (;;) {
      const dueAtMs = own.store.watches.nextDueAtMs();
      if (dueAtMs === null) break;
      own.clock.nowMs = dueAtMs;
      polledAfterMs.push(dueAtMs - failedAtMs);
      for (const watch of own.store.watches.take(dueAtMs, 0)) {
        const { store, provider, clock } = own;
        await pollWatch(watch, {
          store,
          provider,
          customerId: "c",
          log: () => {},
          now: () => clock.nowMs,
          upstreamTimeoutMs: 20_000,
        });
      }
    }
    return { ...own, polledAfterMs };
  }

  test("is looked up again 30 minutes, 6 hours and 24 hours later", async () => {
    const { polledAfterMs, messages } = await failed(false);
    assert.deepEqual(polledAfterMs, [...LATE_LOOKUPS_MS]);
    assert.equal(messages().length, 1);
  });

  test("reports a late account, which is nobody else's from then on", async () => {
    const { messages, store } = await failed(true);
    const [failure, late, ...more] = messages();
    assert.deepEqual(more, []);
    assert.equal(failure.type, "bank_link.failed");
    assert.equal(late.type, "bank_account.updated");
    assert.equal(late.data.link_id, "lnk_1");
    assert.equal(late.data.status, "active");
    assert.deepEqual(store.knownAccountIds(), new Set(["acc_1"]));
  });
});

test("polls that change nothing write nothing", async () => {
  let polls = 0;
  const { driver, store } = ledger({
    readAccount: async () => succeed(account(polls++ < 20 ? "processing" : "active")),
  });
  const saved: unknown[] = [];
  const save = store.saveLink.bind(store);
  store.saveLink = (record, ...rest) => {
    saved.push(record.status === "finalizing" ? record.task.kind : record.status);
    save(record, ...rest);
  };
  await driver.run("lnk_1", "request-1", FOREVER_MS);
  assert.deepEqual(saved, ["posting", "follow", "linked"]);
});

test("without anybody who waits, work is left to the alarm after two seconds", async () => {
  const { driver, clock, store, alarmAtMs } = ledger({
    readAccount: async () => succeed(account("processing")),
  });
  await driver.run("lnk_1", "request-1", 0);
  assert.ok(clock.nowMs <= 2_000, `${clock.nowMs} ms`);
  const record = store.link("lnk_1");
  assert.ok(record?.status === "finalizing" && record.notBeforeMs > 2_000);
  assert.equal(alarmAtMs(), record.notBeforeMs);
});

test("an upstream that rejects is no defect: the link fails, and nothing unexpected is logged", async () => {
  const { driver, store, lines } = ledger({ createAccount: async () => reject("provider_rejected") });
  await driver.run("lnk_1", "request-1", FOREVER_MS);
  assert.equal(store.link("lnk_1")?.status, "failed");
  assert.deepEqual(lines, ["link"]);
});
