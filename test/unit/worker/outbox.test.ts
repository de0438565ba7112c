import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LedgerStore } from "../../../worker/ledger/store.ts";
import { composeMessage } from "../../../worker/notify/message.ts";
import { memoryStorage } from "./durable-storage.ts";

const DAY_MS = 24 * 60 * 60_000;

function message(id = "msg_1") {
  const data = {
    link_id: "lnk_1",
    customer_id: "c",
    provider: "cybrid",
    mode: "link",
    status: "linked",
    account_id: "acc_1",
    code: null,
    reference: null,
  } as const;
  return composeMessage(id, "bank_link.linked", data, new Date(0));
}

function ledgerStore(isNotified = true) {
  const { storage, alarmAtMs } = memoryStorage();
  return { store: new LedgerStore(storage, () => isNotified), alarmAtMs };
}

describe("a message that nobody takes", () => {
  test("is tried for a day, ever more rarely, under the same id, and can be read afterwards", () => {
    const { store, alarmAtMs } = ledgerStore();
    store.outbox.add(message(), 0);
    const triesAtMs: number[] = [];
    for (let nowMs = 0; triesAtMs.length < 100; ) {
      const [due] = store.outbox.take(nowMs);
      assert.equal(due?.id, "msg_1");
      triesAtMs.push(nowMs);
      if (!store.outbox.postpone("msg_1", nowMs)) break;
      store.alarmRang();
      store.scheduleAlarm({ nowMs, notBeforeMs: 0, isUnderWay: () => false, guardAtMs: 0 });
      const nextMs = alarmAtMs() ?? 0;
      assert.ok(nextMs > nowMs);
      nowMs = nextMs;
    }
    const pauses = triesAtMs.slice(1).map((atMs, index) => atMs - (triesAtMs[index] ?? 0));
    assert.deepEqual(
      pauses,
      pauses.toSorted((left, right) => left - right),
    );
    const lastMs = triesAtMs.at(-1) ?? 0;
    assert.ok(lastMs <= DAY_MS && lastMs > 0.75 * DAY_MS, `${lastMs / DAY_MS} days`);
    const [undelivered] = store.outbox.undelivered();
    assert.equal(undelivered?.id, "msg_1");
    assert.equal(undelivered?.attempts, triesAtMs.length);
  });

  test("is not due while a try is under way, and is due again should the object die under it", () => {
    const { store } = ledgerStore();
    store.outbox.add(message(), 0);
    assert.equal(store.outbox.take(0).length, 1);
    assert.equal(store.outbox.take(1_000).length, 0);
    assert.equal(store.outbox.take(60_000).length, 1);
  });
});

test("a message is taken once for each id, also after it was delivered", () => {
  const { store } = ledgerStore();
  store.outbox.add(message(), 0);
  store.outbox.delivered("msg_1", 0);
  store.outbox.add(message(), 1_000);
  assert.deepEqual(store.outbox.undelivered(), []);
  assert.deepEqual(store.outbox.take(1_000), []);
});

test("without a webhook nothing is kept that would be delivered", () => {
  const { store } = ledgerStore(false);
  store.outbox.add(message(), 0);
  assert.deepEqual(store.outbox.undelivered(), []);
});
