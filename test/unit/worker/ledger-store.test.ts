import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { beginLink } from "../../../worker/ledger/link-machine.ts";
import { LedgerStore } from "../../../worker/ledger/store.ts";
import type { Watch } from "../../../worker/ledger/watches.ts";
import { IDEMPOTENCY_KEPT_MS } from "../../../worker/limits.ts";
import { composeMessage } from "../../../worker/notify/message.ts";
import { memoryStorage } from "./durable-storage.ts";

function ledgerStore() {
  const { storage, alarmAtMs } = memoryStorage();
  const store = new LedgerStore(storage, () => true);
  const scheduleAlarm = (nowMs = 0) =>
    store.scheduleAlarm({ nowMs, notBeforeMs: 0, isUnderWay: () => false, guardAtMs: 0 });
  return { store, storage, alarmAtMs, scheduleAlarm };
}

test("the one alarm is set for whatever is due first: a link, a message or a watched account", () => {
  const { store, alarmAtMs, scheduleAlarm } = ledgerStore();
  scheduleAlarm();
  assert.equal(alarmAtMs(), null);
  const request = { customerId: "c", accountId: null, redirectUri: null, language: "en" };
  store.saveLink(beginLink({ id: "lnk_1", provider: "cybrid", request, reference: null }, 3_000));
  scheduleAlarm();
  assert.equal(alarmAtMs(), 3_000);
  const data = {
    link_id: null,
    customer_id: "c",
    provider: "cybrid",
    mode: null,
    status: "refresh_required",
    account_id: "a",
    code: null,
    reference: null,
  } as const;
  store.outbox.add(composeMessage("msg_1", "bank_account.refresh_required", data, new Date(2_000)), 2_000);
  scheduleAlarm();
  assert.equal(alarmAtMs(), 2_000);
  const watch: Watch = {
    accountId: "a",
    reason: "removal",
    lastStatus: "removing",
    startedAtMs: 0,
    dueAtMs: 1_000,
  };
  store.watches.save(watch);
  scheduleAlarm();
  assert.equal(alarmAtMs(), 1_000);
  store.watches.end(watch);
  // An alarm that is set for an earlier time stays, and is set again when it has rung.
  scheduleAlarm();
  assert.equal(alarmAtMs(), 1_000);
  store.alarmRang();
  scheduleAlarm();
  assert.equal(alarmAtMs(), 2_000);
});

test("an account belongs to one link: the table takes no second owner", () => {
  const { store } = ledgerStore();
  const details = { name: null, mask: null, type: null, institution: null };
  store.saveAccount("lnk_1", "acc_1", details);
  store.saveAccount("lnk_1", "acc_1", details);
  assert.throws(() => store.saveAccount("lnk_2", "acc_1", details), /UNIQUE/);
});

test("watches of one account for two reasons stand beside each other", () => {
  const { store } = ledgerStore();
  const account = { accountId: "a", lastStatus: "unverified", startedAtMs: 0, dueAtMs: 1 } as const;
  store.watches.save({ ...account, reason: "ownership", linkId: "lnk_1", noCheckBeforeMs: 0 });
  store.watches.save({ ...account, reason: "removal" });
  assert.deepEqual(
    store.watches.take(1, 0).map(({ reason }) => reason),
    ["ownership", "removal"],
  );
});

describe("a ledger that is only asked", () => {
  test("makes no table", () => {
    const { store, storage } = ledgerStore();
    assert.equal(store.link("lnk_1"), null);
    assert.deepEqual(store.links(50), []);
    assert.equal(store.claim("scope", 0), null);
    assert.deepEqual(store.outbox.undelivered(), []);
    assert.deepEqual(store.knownAccountIds(), new Set());
    assert.deepEqual(storage.sql.exec("SELECT name FROM sqlite_master").toArray(), []);
  });
});

describe("an idempotency claim", () => {
  test("is kept for a day and not longer", () => {
    const { store } = ledgerStore();
    store.saveClaim({ scope: "scope", fingerprint: "f" }, "lnk_1", 0);
    assert.deepEqual(store.claim("scope", IDEMPOTENCY_KEPT_MS - 1), {
      fingerprint: "f",
      linkId: "lnk_1",
      expiresAtMs: IDEMPOTENCY_KEPT_MS,
    });
    assert.equal(store.claim("scope", IDEMPOTENCY_KEPT_MS), null);
    assert.equal(IDEMPOTENCY_KEPT_MS, 24 * 60 * 60_000);
  });
});
