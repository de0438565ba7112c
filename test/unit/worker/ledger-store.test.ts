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
  return { store: new LedgerStore(storage, () => true), alarmAtMs };
}

test("the one alarm is armed for whatever is due first: a link, a message or a watched account", () => {
  const { store, alarmAtMs } = ledgerStore();
  store.arm();
  assert.equal(alarmAtMs(), null);
  const request = { customerId: "c", accountId: null, redirectUri: null, language: "en" };
  store.saveLink(beginLink({ id: "lnk_1", provider: "cybrid", request, reference: null }, 3_000));
  store.arm();
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
  store.tell(composeMessage("msg_1", "bank_account.refresh_required", data, new Date(2_000)), 2_000);
  store.arm();
  assert.equal(alarmAtMs(), 2_000);
  const watch: Watch = {
    accountId: "a",
    reason: "removal",
    linkId: null,
    lastStatus: "removing",
    looks: 0,
    startedAtMs: 0,
    dueAtMs: 1_000,
  };
  store.watches.save(watch);
  store.arm();
  assert.equal(alarmAtMs(), 1_000);
  store.watches.end(watch);
  store.arm();
  assert.equal(alarmAtMs(), 2_000);
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
