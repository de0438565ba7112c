/** Looks at the watched accounts, and tells the page's server what has become of them. */
import type { Account } from "../contract.ts";
import { REMOVAL_SHOWS_WITHIN_MS, WATCH_MAX_MS } from "../limits.ts";
import type { Log } from "../log.ts";
import { composeMessage } from "../notify/message.ts";
import { bareAccount } from "../providers/bare-account.ts";
import type { Provider, Result } from "../providers/provider.ts";
import { succeed } from "../providers/provider.ts";
import { nextAtMs, patientDelayMs } from "./pacing.ts";
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
  store.atomically(() => {
    if (!store.watches.isOn(watch)) return;
    if (!result.ok) {
      rest(watch, nextAtMs(nowMs, restMs(watch, nowMs), result.failure), nowMs, deps);
      return;
    }
    const { account } = result.value;
    const isOver = result.value.isOver || hasNotBegun(watch, account, nowMs);
    if (isNews(watch, account, isOver)) tell(watch, store.recall(account), nowMs, deps);
    if (account.status === "removed") store.forgetAccount(watch.accountId);
    if (isOver) store.watches.end(watch);
    else rest({ ...watch, lastStatus: account.status }, nextAtMs(nowMs, restMs(watch, nowMs)), nowMs, deps);
  });
}

async function look(
  { accountId, reason }: Watch,
  provider: Provider,
  customerId: string,
): Promise<Result<{ account: Account; isOver: boolean }>> {
  if (reason === "ownership") {
    const check = await provider.verifyOwnership(customerId, accountId);
    return check.ok ? succeed({ account: check.value.account, isOver: !check.value.running }) : check;
  }
  const read = await provider.readAccount(customerId, accountId);
  if (read.ok) return succeed({ account: read.value, isOver: read.value.status === "removed" });
  // It was there when its removal was asked for.
  const isGone = read.failure.code === "not_found";
  return isGone
    ? succeed({
        account: bareAccount({ id: accountId, provider: provider.name, status: "removed" }),
        isOver: true,
      })
    : read;
}

/** A removal whose call was lost, and which nothing is seen of. */
function hasNotBegun({ reason, startedAtMs }: Watch, { status }: Account, nowMs: number): boolean {
  const shows = status === "removing" || status === "removed";
  return reason === "removal" && !shows && nowMs - startedAtMs >= REMOVAL_SHOWS_WITHIN_MS;
}

/** Of a removal only its end is; of a check its end is, also where it left the account as it was. */
function isNews({ reason, lastStatus }: Watch, { status }: Account, isOver: boolean): boolean {
  if (reason === "removal") return status === "removed";
  return isOver || status !== lastStatus;
}

function restMs({ looks, startedAtMs }: Watch, nowMs: number): number {
  return patientDelayMs(looks, nowMs - startedAtMs);
}

function rest(watch: Watch, dueAtMs: number, nowMs: number, { store, log }: WatcherDependencies): void {
  if (nowMs - watch.startedAtMs >= WATCH_MAX_MS) {
    log("watch_given_up", { link_id: watch.linkId ?? undefined, reason: watch.reason });
    store.watches.end(watch);
  } else {
    store.watches.save({ ...watch, looks: watch.looks + 1, dueAtMs });
  }
}

function tell(
  watch: Watch,
  account: Account,
  nowMs: number,
  { store, customerId }: WatcherDependencies,
): void {
  const link = watch.linkId === null ? null : store.link(watch.linkId);
  const isRemoved = account.status === "removed";
  store.tell(
    composeMessage(
      // An account is removed once; a check is told by how it stands.
      isRemoved
        ? `msg_${watch.accountId}_removed`
        : `msg_${watch.accountId}_${watch.startedAtMs}_${account.status}`,
      isRemoved ? "bank_account.removed" : "bank_account.updated",
      {
        link_id: watch.linkId,
        customer_id: customerId,
        provider: account.provider,
        mode: link?.mode ?? null,
        status: account.status,
        account_id: watch.accountId,
        code: account.failure_code,
        reference: link?.reference ?? null,
      },
      new Date(nowMs),
    ),
    nowMs,
  );
}
