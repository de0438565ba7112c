/**
 * What becomes of a finalize: the account is made once, found again where an answer was lost, followed to its end.
 * Pure: the clock is passed in, nothing is called.
 */
import type { Account } from "../contract.ts";
import {
  DOUBT_EMPTY_LOOKS,
  DOUBT_LOOK_SHARE,
  DOUBT_MARGIN_SHARE,
  DOUBT_POSTS_MAX,
  OWNERSHIP_WAIT_MS,
  PROCESSING_MAX_MS,
  PUBLIC_TOKEN_LIFE_MS,
  REPLAY_REFUSALS_BELIEVED,
} from "../limits.ts";
import { PROBLEMS } from "../problems/registry.ts";
import type { Failure, OwnershipCheck, Provider, Recovery, Result } from "../providers/provider.ts";
import { describeAccount } from "./describe-account.ts";
import { failed, linked } from "./link-machine.ts";
import type { Creation, LinkRecord, WorkOf } from "./link-record.ts";
import { eagerDelayMs, nextAtMs, patientDelayMs } from "./pacing.ts";

/** What the moves need to know of the provider and the deployment. */
export interface Rules {
  recovery: Recovery;
  accountFailure: Provider["accountFailure"];
  upstreamTimeoutMs: number;
  /** Check who owns an account that is `unverified`. */
  verifyOwnership: boolean;
}

/** The intent, written before the call. */
export function posting(record: LinkRecord, work: WorkOf<"create">): LinkRecord {
  return { ...record, work: { ...work, kind: "posting" } };
}

/** `result` null: the object died under the call, so its answer is lost. */
export function posted(
  record: LinkRecord,
  work: WorkOf<"posting">,
  result: Result<Account> | null,
  nowMs: number,
  rules: Rules,
): LinkRecord {
  if (result?.ok) return observed(record, accountWork(work, result.value, nowMs), result, nowMs, rules);
  const failure = result?.failure ?? null;
  if (failure === null || failure.done === "unknown") return lostPost(record, work, failure, nowMs, rules);

  const { code } = failure;
  const surelyNothingMade = work.lostPosts === 0;
  if (surelyNothingMade) {
    const notBeforeMs = nextAtMs(nowMs, rules.upstreamTimeoutMs * DOUBT_MARGIN_SHARE, failure);
    const tokenIsDeadBy = notBeforeMs - work.startedAtMs >= PUBLIC_TOKEN_LIFE_MS;
    if (!PROBLEMS[code].retryable || tokenIsDeadBy) return failed(record, code, nowMs);
    return recreate(record, work, notBeforeMs);
  }
  // An earlier call may have succeeded, which would explain that the provider refuses this one.
  const refusals = code === "provider_rejected" ? work.refusals + 1 : work.refusals;
  if (rules.recovery === "search") return search(record, { ...work, refusals }, nowMs);
  // With the same key an earlier success would have been answered again, so refusals mean that nothing was made.
  if (refusals >= REPLAY_REFUSALS_BELIEVED) return failed(record, code, nowMs);
  const waitedMs = nowMs - work.startedAtMs;
  if (waitedMs >= PROCESSING_MAX_MS) return failed(record, "provider_timeout", nowMs);
  const restMs = Math.max(doubtMs(rules), patientDelayMs(work.lostPosts, waitedMs));
  return recreate(record, { ...work, refusals }, nextAtMs(nowMs, restMs, failure));
}

/** `failure` null: a crash, which tells no time; the call may have gone out until the moment before it was found. */
function lostPost(
  record: LinkRecord,
  work: WorkOf<"posting">,
  failure: Failure | null,
  nowMs: number,
  rules: Rules,
): LinkRecord {
  const lost = { ...work, lostPosts: work.lostPosts + 1 };
  // The provider may be at work for as long as we would have waited, and a little longer.
  const quietAtMs = Math.max(nowMs, (failure?.sentAtMs ?? nowMs) + doubtMs(rules));
  if (rules.recovery === "search") return search(record, lost, quietAtMs);
  const waitedMs = nowMs - work.startedAtMs;
  if (waitedMs >= PROCESSING_MAX_MS) return failed(record, "provider_timeout", nowMs);
  const soonMs = nextAtMs(nowMs, patientDelayMs(lost.lostPosts, waitedMs), failure ?? {});
  // Once it has answered, whatever that was, the first call is not at work any more.
  return recreate(record, lost, failure?.answered ? soonMs : Math.max(soonMs, quietAtMs));
}

/** After a lost post: what a look among the customer's accounts found. */
export function searched(
  record: LinkRecord,
  work: WorkOf<"search">,
  result: Result<Account | null>,
  nowMs: number,
  rules: Rules,
): LinkRecord {
  const waitedMs = nowMs - work.startedAtMs;
  const restMs = Math.max(
    rules.upstreamTimeoutMs * DOUBT_LOOK_SHARE * work.lostPosts,
    patientDelayMs(work.emptyLooks, waitedMs),
  );
  if (!result.ok) {
    if (waitedMs >= PROCESSING_MAX_MS) return failed(record, "provider_timeout", nowMs);
    return { ...record, work: { ...work, notBeforeMs: nextAtMs(nowMs, restMs, result.failure) } };
  }
  if (result.value) {
    const found = { ok: true, value: result.value } as const;
    return observed(record, accountWork(work, result.value, nowMs), found, nowMs, rules);
  }
  const emptyLooks = work.emptyLooks + 1;
  const looked: LinkRecord = {
    ...record,
    work: { ...work, emptyLooks, notBeforeMs: nextAtMs(nowMs, restMs) },
  };
  if (emptyLooks < DOUBT_EMPTY_LOOKS) return looked;
  if (waitedMs >= PUBLIC_TOKEN_LIFE_MS) {
    return failed(record, work.refusals > 0 ? "provider_rejected" : "provider_timeout", nowMs);
  }
  // Once more, and never a third time; after a refusal not even that.
  return work.lostPosts < DOUBT_POSTS_MAX && work.refusals === 0 ? recreate(record, work, nowMs) : looked;
}

/** What the provider says of an account that exists. */
export function observed(
  record: LinkRecord,
  work: WorkOf<"process" | "refresh">,
  result: Result<Account>,
  nowMs: number,
  rules: Rules,
): LinkRecord {
  const waitedMs = nowMs - work.startedAtMs;
  const again: LinkRecord = {
    ...record,
    work: {
      ...work,
      looks: work.looks + 1,
      notBeforeMs: nextAtMs(nowMs, patientDelayMs(work.looks, waitedMs), result.ok ? {} : result.failure),
    },
  };
  if (!result.ok) {
    const { code } = result.failure;
    if (waitedMs >= PROCESSING_MAX_MS) return failed(record, "provider_timeout", nowMs);
    // A refresh has made nothing, so a refusal ends it; an account that exists is not given up for a failed read.
    return work.kind === "refresh" && !PROBLEMS[code].retryable ? failed(record, code, nowMs) : again;
  }
  const account =
    work.kind === "process" ? describeAccount(result.value, work.selection, work.name) : result.value;
  switch (account.status) {
    case "unverified":
      if (rules.verifyOwnership && work.kind === "process") {
        const { accountId, name, selection } = work;
        const start = { startedAtMs: nowMs, notBeforeMs: nowMs, looks: 0 };
        return { ...record, account, work: { kind: "verify", ...start, accountId, name, selection } };
      }
      return linked(record, account, nowMs);
    case "active":
      return linked(record, account, nowMs);
    case "processing":
      if (waitedMs >= PROCESSING_MAX_MS) return failed({ ...record, account }, "provider_timeout", nowMs);
      return { ...again, account };
    case "failed":
      return failed({ ...record, account }, rules.accountFailure(account.failure_code), nowMs);
    case "refresh_required":
    case "removing":
    case "removed":
      return failed({ ...record, account }, "provider_rejected", nowMs);
  }
}

/** How the ownership check stands. The account is there in any case, so its end is always `linked`. */
export function verified(
  record: LinkRecord,
  work: WorkOf<"verify">,
  result: Result<OwnershipCheck>,
  nowMs: number,
): LinkRecord {
  const account = result.ok
    ? describeAccount(result.value.account, work.selection, work.name)
    : record.account;
  const running = result.ok ? result.value.running : PROBLEMS[result.failure.code].retryable;
  const waitedMs = nowMs - work.startedAtMs;
  if (running && waitedMs < OWNERSHIP_WAIT_MS) {
    const notBeforeMs = nextAtMs(nowMs, eagerDelayMs(work.looks), result.ok ? {} : result.failure);
    return { ...record, account, work: { ...work, looks: work.looks + 1, notBeforeMs } };
  }
  const usable = account?.status === "active" || account?.status === "unverified";
  // Removed or expired under the check: no longer what was linked.
  if (!usable) return failed({ ...record, account }, "provider_rejected", nowMs);
  return { ...linked(record, account, nowMs), ownershipPending: running };
}

/** The intent of the refresh's write: from here on a connection that works may be our doing. */
export function patching(record: LinkRecord, work: WorkOf<"refresh">): LinkRecord {
  return { ...record, work: { ...work, patched: true } };
}

/** Waiting for a sibling in doubt outlasted the public token: nothing was made, and nothing can be any more. */
export function waitedTooLong(record: LinkRecord, work: WorkOf<"create">, nowMs: number): LinkRecord | null {
  const isOver = work.lostPosts === 0 && nowMs - work.startedAtMs >= PUBLIC_TOKEN_LIFE_MS;
  return isOver ? failed(record, "link_expired", nowMs) : null;
}

/** An account of this link may exist without our knowing. */
export function isInDoubt({ work }: LinkRecord): boolean {
  return (
    work?.kind === "posting" || work?.kind === "search" || (work?.kind === "create" && work.lostPosts > 0)
  );
}

function doubtMs(rules: Rules): number {
  return Math.ceil(rules.upstreamTimeoutMs * (1 + DOUBT_MARGIN_SHARE));
}

function creationOf({ body, name, selection, lostPosts, refusals }: Creation): Creation {
  return { body, name, selection, lostPosts, refusals };
}

function recreate(record: LinkRecord, work: WorkOf<"posting" | "search">, notBeforeMs: number): LinkRecord {
  return {
    ...record,
    work: { kind: "create", startedAtMs: work.startedAtMs, notBeforeMs, ...creationOf(work) },
  };
}

function search(record: LinkRecord, work: WorkOf<"posting">, notBeforeMs: number): LinkRecord {
  return {
    ...record,
    work: { kind: "search", startedAtMs: work.startedAtMs, notBeforeMs, emptyLooks: 0, ...creationOf(work) },
  };
}

/** From here on the public token is spent: the work that remains knows only the account. */
function accountWork(work: WorkOf<"posting" | "search">, account: Account, nowMs: number): WorkOf<"process"> {
  return {
    kind: "process",
    startedAtMs: work.startedAtMs,
    notBeforeMs: nowMs,
    // A provider that gives no id answers with an account that needs no further look.
    accountId: account.id ?? "",
    looks: 0,
    name: work.name,
    selection: work.selection,
  };
}
