/** Looks at the watched accounts, and tells the page's server what has become of them. */
import type { Account } from "../contract.ts";
import { WATCH_MAX_MS } from "../limits.ts";
import type { Log } from "../log.ts";
import { composeMessage, type MessageType } from "../notify/message.ts";
import type { Provider, Result } from "../providers/provider.ts";
import { succeed } from "../providers/provider.ts";
import { patientDelayMs } from "./pacing.ts";
import type { LedgerStore } from "./store.ts";
import type { Watch } from "./watches.ts";

export interface WatcherDependencies {
  store: LedgerStore;
  customerId: string;
  provider: Provider;
  log: Log;
  now: () => number;
}

/** One look. The account's change and the message that tells it are written together. */
export async function lookAt(watch: Watch, deps: WatcherDependencies): Promise<void> {
  const { store, provider, customerId, now } = deps;
  const result = await look(watch, provider, customerId);
  const nowMs = now();
  if (!result.ok) return rest(watch, nowMs, deps);
  const { account, running } = result.value;
  store.atomically(() => {
    // The end of a check is news also where it left the account as it was.
    const isNews = account.status !== watch.lastStatus || (watch.reason === "ownership" && !running);
    if (isNews) tell(watch, store.recall(account), customerId, nowMs, store);
    if (running) rest({ ...watch, lastStatus: account.status }, nowMs, deps);
    else store.watches.end(watch.accountId);
    if (account.status === "removed") store.forgetAccount(watch.accountId);
  });
}

async function look(
  { accountId, reason, lastStatus }: Watch,
  provider: Provider,
  customerId: string,
): Promise<Result<{ account: Account; running: boolean }>> {
  if (reason === "ownership") return provider.verifyOwnership(customerId, accountId);
  const read = await provider.readAccount(customerId, accountId);
  if (read.ok) return succeed({ account: read.value, running: read.value.status !== "removed" });
  // An account on its way out that is not found any more is gone.
  const gone = read.failure.code === "not_found" && lastStatus === "removing";
  return gone ? succeed({ account: removed(accountId, provider), running: false }) : read;
}

function rest(watch: Watch, nowMs: number, { store, log }: WatcherDependencies): void {
  if (nowMs - watch.startedAtMs >= WATCH_MAX_MS) {
    log("watch_given_up", { link_id: watch.linkId ?? undefined, reason: watch.reason });
    store.watches.end(watch.accountId);
  } else {
    const dueAtMs = nowMs + patientDelayMs(watch.looks, nowMs - watch.startedAtMs);
    store.watches.save({ ...watch, looks: watch.looks + 1, dueAtMs });
  }
}

function tell(watch: Watch, account: Account, customerId: string, nowMs: number, store: LedgerStore): void {
  const type: MessageType = account.status === "removed" ? "bank_account.removed" : "bank_account.updated";
  const id = `msg_${watch.accountId}_${watch.startedAtMs}_${account.status}`;
  store.tell(
    composeMessage(
      id,
      type,
      {
        link_id: watch.linkId,
        customer_id: customerId,
        provider: account.provider,
        mode: null,
        status: account.status,
        account_id: watch.accountId,
        code: account.failure_code,
        reference: null,
      },
      new Date(nowMs),
    ),
    nowMs,
  );
}

function removed(id: string, { name: provider }: Provider): Account {
  return {
    id,
    provider,
    name: null,
    mask: null,
    type: null,
    asset: null,
    institution: null,
    status: "removed",
    failure_code: null,
    created_at: null,
    updated_at: null,
  };
}
