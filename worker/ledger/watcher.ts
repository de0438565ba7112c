/** Polls what is watched, and reports to the page's server what has become of it. */
import type { Account } from "../contract.ts";
import { ALARM_POLL_GUARD_MS, LATE_LOOKUPS_MS, REMOVAL_SHOWS_WITHIN_MS, WATCH_MAX_MS } from "../limits.ts";
import type { Log } from "../log.ts";
import { composeMessage } from "../notify/message.ts";
import { bareAccount } from "../providers/bare-account.ts";
import type { IdentifiedAccount, Provider, Result } from "../providers/provider.ts";
import { succeed } from "../providers/provider.ts";
import { detailsOf, enrich } from "./enrich-account.ts";
import { modeOf } from "./link-record.ts";
import { stepOwnershipCheck } from "./ownership-check.ts";
import { nextAtMs, patientDelayMs } from "./pacing.ts";
import type { LedgerStore } from "./store.ts";
import type { Watch } from "./watches.ts";

export interface WatcherDependencies {
  store: LedgerStore;
  customerId: string;
  provider: Provider;
  log: Log;
  now: () => number;
  upstreamTimeoutMs: number;
}

type AccountWatch = Exclude<Watch, { reason: "late_account" }>;
type OwnershipWatch = Extract<Watch, { reason: "ownership" }>;
type LateAccountWatch = Extract<Watch, { reason: "late_account" }>;

/** One poll. What it found and the message that reports it are written together. */
export async function pollWatch(watch: Watch, deps: WatcherDependencies): Promise<void> {
  if (watch.reason === "late_account") await lookUpLateAccount(watch, deps);
  else await pollAccount(watch, deps);
}

async function pollAccount(taken: AccountWatch, deps: WatcherDependencies): Promise<void> {
  const { store, now } = deps;
  let watch = taken;
  const result =
    taken.reason === "removal"
      ? await readRemoval(taken, deps)
      : await readOwnership(taken, deps, (posted) => {
          watch = posted;
        });
  const nowMs = now();
  const delayMs = patientDelayMs(nowMs - watch.startedAtMs);
  store.atomically(() => {
    if (!store.watches.isOn(watch)) return;
    if (!result.ok) {
      postpone(watch, nextAtMs(nowMs, delayMs, result.failure), nowMs, deps);
      return;
    }
    const { account } = result.value;
    const isOver = result.value.isOver || hasNotBegun(watch, account, nowMs);
    if (isNews(watch, account, isOver)) {
      notify(watch, enrich(account, store.accountDetails(account.id)), nowMs, deps);
    }
    if (account.status === "removed") store.forgetAccount(watch.accountId);
    if (isOver) store.watches.end(watch);
    else postpone({ ...watch, lastStatus: account.status }, nextAtMs(nowMs, delayMs), nowMs, deps);
  });
}

interface Reading {
  account: IdentifiedAccount;
  isOver: boolean;
}

async function readOwnership(
  watch: OwnershipWatch,
  { store, provider, customerId, now, upstreamTimeoutMs }: WatcherDependencies,
  onPosted: (watch: OwnershipWatch) => void,
): Promise<Result<Reading>> {
  const { accountId, noCheckBeforeMs } = watch;
  const check = await stepOwnershipCheck({
    provider,
    customerId,
    accountId,
    upstreamTimeoutMs,
    noCheckBeforeMs,
    now,
    save(noCheckBeforeMs) {
      if (!store.watches.isOn(watch)) return false;
      // Still under way: should it die here, the alarm comes back to it.
      const posted = { ...watch, noCheckBeforeMs, dueAtMs: now() + ALARM_POLL_GUARD_MS };
      store.watches.save(posted);
      onPosted(posted);
      return true;
    },
  });
  return check.ok ? succeed({ account: check.value.account, isOver: !check.value.running }) : check;
}

async function readRemoval(
  { accountId }: AccountWatch,
  { provider, customerId }: WatcherDependencies,
): Promise<Result<Reading>> {
  const answer = await provider.readAccount(customerId, accountId);
  if (answer.ok) return succeed({ account: answer.value, isOver: answer.value.status === "removed" });
  // It was there when its removal was asked for.
  const isGone = answer.failure.code === "not_found";
  const gone = bareAccount({ id: accountId, provider: provider.name, status: "removed" });
  return isGone ? succeed({ account: { ...gone, id: accountId }, isOver: true }) : answer;
}

/** A removal whose call was lost, and which nothing is seen of. */
function hasNotBegun({ reason, startedAtMs }: AccountWatch, { status }: Account, nowMs: number): boolean {
  const shows = status === "removing" || status === "removed";
  return reason === "removal" && !shows && nowMs - startedAtMs >= REMOVAL_SHOWS_WITHIN_MS;
}

/** Of a removal only its end is; of a check its end is, also where it left the account as it was. */
function isNews({ reason, lastStatus }: AccountWatch, { status }: Account, isOver: boolean): boolean {
  if (reason === "removal") return status === "removed";
  return isOver || status !== lastStatus;
}

/** An account that turns up after its link was called failed is reported, and belongs to that link from then on. */
async function lookUpLateAccount(watch: LateAccountWatch, deps: WatcherDependencies): Promise<void> {
  const { store, provider, customerId, now } = deps;
  const link = store.link(watch.linkId);
  if (link?.status !== "failed" || !link.doubtful || provider.recovery !== "search") {
    store.watches.end(watch);
    return;
  }
  const { name, selection, providerState } = link.doubtful;
  const result = await provider.findAccount({
    customerId,
    name,
    selection,
    providerState,
    linkCreatedAtMs: link.createdAtMs,
    knownIds: store.knownAccountIds(),
  });
  const nowMs = now();
  store.atomically(() => {
    if (!store.watches.isOn(watch)) return;
    const found = result.ok && result.value.found === "account" ? result.value.account : null;
    if (found && found.status !== "failed") {
      const account = enrich(found, detailsOf({ name, selection }));
      store.saveAccount(link.id, found.id, account);
      notify({ accountId: found.id, linkId: link.id, startedAtMs: watch.startedAtMs }, account, nowMs, deps);
      store.saveLink({ ...link, doubtful: null });
      store.watches.end(watch);
      return;
    }
    // A list that could not be read whole does not count.
    const isComplete = result.ok && result.value.isComplete;
    const lookups = watch.lookups + (isComplete ? 1 : 0);
    const nextMs = LATE_LOOKUPS_MS[lookups];
    if (nextMs === undefined) {
      store.saveLink({ ...link, doubtful: null });
      store.watches.end(watch);
      return;
    }
    const dueAtMs = isComplete
      ? watch.startedAtMs + nextMs
      : nextAtMs(nowMs, patientDelayMs(nowMs - watch.startedAtMs), result.ok ? null : result.failure);
    postpone({ ...watch, lookups }, dueAtMs, nowMs, deps);
  });
}

function postpone(watch: Watch, dueAtMs: number, nowMs: number, { store, log }: WatcherDependencies): void {
  if (nowMs - watch.startedAtMs >= WATCH_MAX_MS) {
    log("watch_given_up", {
      link_id: watch.reason === "removal" ? undefined : watch.linkId,
      reason: watch.reason,
    });
    store.watches.end(watch);
  } else {
    store.watches.save({ ...watch, dueAtMs });
  }
}

function notify(
  { accountId, linkId, startedAtMs }: { accountId: string; linkId?: string; startedAtMs: number },
  account: Account,
  nowMs: number,
  { store, customerId }: WatcherDependencies,
): void {
  const link = linkId === undefined ? null : store.link(linkId);
  const isRemoved = account.status === "removed";
  const message = composeMessage(
    // An account is removed once; everything else is named by how it stands.
    isRemoved ? `msg_${accountId}_removed` : `msg_${accountId}_${startedAtMs}_${account.status}`,
    isRemoved ? "bank_account.removed" : "bank_account.updated",
    {
      link_id: linkId ?? null,
      customer_id: customerId,
      provider: account.provider,
      mode: link ? modeOf(link) : null,
      status: account.status,
      account_id: accountId,
      code: account.failure_code,
      reference: link?.reference ?? null,
    },
    new Date(nowMs),
  );
  store.outbox.add(message, nowMs);
}
