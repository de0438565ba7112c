/**
 * The account is made once: posted, and after a lost answer proven absent before it is posted again. Pure.
 * The rules are in worker/README.md, "After a lost answer".
 */
import type { Account } from "../contract.ts";
import {
  DOUBT_MARGIN_SHARE,
  DOUBT_POSTS_MAX,
  EARLY_LOOKUPS_MS,
  EMPTY_LOOKUPS_BEFORE_POST,
  EMPTY_LOOKUPS_BEFORE_REJECTION,
  PROCESSING_MAX_MS,
  PUBLIC_TOKEN_LIFE_MS,
  REPLAY_REJECTIONS_BELIEVED,
} from "../limits.ts";
import { PROBLEMS } from "../problems/registry.ts";
import type { Failure, IdentifiedAccount, Lookup, Result } from "../providers/provider.ts";
import { follow } from "./account-progress.ts";
import { detailsOf, enrich } from "./enrich-account.ts";
import type { Doubt, FinalizingLink, LookupTask, Task } from "./link-record.ts";
import { failed, linked, type Move, onTo, type Rules, UNFIT, waits } from "./moves.ts";
import { nextAtMs, patientDelayMs } from "./pacing.ts";

type PostingTask = Extract<Task, { kind: "posting" }>;

/**
 * The intent. A link that could not post before its public token died has expired: nothing was made, nothing can be.
 * Only a repeat by its key goes on, since it may be answered with what the first call made.
 */
export function beginPost(link: FinalizingLink, { rules }: { rules: Rules }, nowMs: number): Move {
  const { task } = link;
  if (task.kind !== "post") return UNFIT;
  const { doubt } = task;
  if (isTokenDead(link, nowMs)) {
    if (doubt === null) return failed(link, "link_expired", nowMs);
    if (rules.recovery === "search") return failed(link, "provider_timeout", nowMs, { doubt });
  }
  return onTo(link, { ...task, kind: "posting" }, nowMs, nowMs);
}

/** The intent of a refresh's write: from here on a connection that works may be our doing. */
export function beginPatch(link: FinalizingLink, nowMs: number): Move {
  const { task } = link;
  return task.kind === "refresh" ? onTo(link, { ...task, isPatched: true }, link.notBeforeMs, nowMs) : UNFIT;
}

export function endPost(
  link: FinalizingLink,
  { result, rules }: { result: Result<Account> | null; rules: Rules },
  nowMs: number,
): Move {
  const { task } = link;
  if (task.kind !== "posting") return UNFIT;
  if (result?.ok) return made(link, task, result.value, nowMs, rules);
  const failure = result?.failure ?? null;
  if (failure === null || failure.kind === "unknown") return losePost(link, task, failure, nowMs, rules);
  if (task.doubt === null) return rejectFirst(link, task, failure, nowMs, rules);
  const { post, doubt } = task;
  if (failure.kind === "not_done") {
    const pauseMs =
      rules.recovery === "replay"
        ? Math.max(doubtMs(rules), patientDelayMs(nowMs - link.startedAtMs))
        : rules.upstreamTimeoutMs * DOUBT_MARGIN_SHARE;
    return postAgain(link, task, doubt, nextAtMs(nowMs, pauseMs, failure), nowMs, rules);
  }
  if (rules.recovery === "search") {
    const lookup: LookupTask = {
      kind: "lookup",
      post,
      doubt,
      emptyLookups: 0,
      contradictingId: null,
      rejection: failure.code,
    };
    return onTo(link, lookup, nowMs + rules.upstreamTimeoutMs, nowMs);
  }
  // With the same key an earlier success would have been answered again, so rejections mean that nothing was made.
  const rejections = doubt.rejections + 1;
  if (rejections >= REPLAY_REJECTIONS_BELIEVED) return failed(link, failure.code, nowMs);
  const pauseMs = Math.max(doubtMs(rules), patientDelayMs(nowMs - link.startedAtMs));
  return postAgain(link, task, { ...doubt, rejections }, nextAtMs(nowMs, pauseMs), nowMs, rules);
}

function made(
  link: FinalizingLink,
  { post, doubt }: PostingTask,
  account: Account,
  nowMs: number,
  rules: Rules,
): Move {
  const { body: _, ...sent } = post;
  const { id } = account;
  if (id !== null) return follow(link, { sent, account: { ...account, id }, doubt }, nowMs, rules);
  const isUsable = account.status === "active" || account.status === "unverified";
  return isUsable
    ? linked(link, enrich(account, detailsOf(sent)), nowMs)
    : failed(link, "provider_rejected", nowMs, { account });
}

/** Nothing has been posted before, so surely nothing was made. */
function rejectFirst(
  link: FinalizingLink,
  task: PostingTask,
  failure: Exclude<Failure, { kind: "unknown" }>,
  nowMs: number,
  rules: Rules,
): Move {
  const untilMs = nextAtMs(nowMs, rules.upstreamTimeoutMs * DOUBT_MARGIN_SHARE, failure);
  const isOver =
    failure.kind === "rejected" || !PROBLEMS[failure.code].retryable || isTokenDead(link, untilMs);
  if (isOver) return failed(link, failure.code, nowMs);
  return onTo(link, { kind: "post", post: task.post, doubt: null }, untilMs, nowMs);
}

/** `failure` null: a crash, after which it is not known when the call went out; it may have been just now. */
function losePost(
  link: FinalizingLink,
  task: PostingTask,
  failure: Extract<Failure, { kind: "unknown" }> | null,
  nowMs: number,
  rules: Rules,
): Move {
  const lostPosts = (task.doubt?.lostPosts ?? 0) + 1;
  // The provider may be at work for as long as we would have waited, and a little longer; each time twice as patient.
  const quietMs = doubtMs(rules) * (rules.recovery === "search" ? 2 ** (lostPosts - 1) : 1);
  const doubt: Doubt = {
    lostPosts,
    lostAtMs: nowMs,
    deadAtMs: Math.max(nowMs, (failure?.sentAtMs ?? nowMs) + quietMs),
    rejections: task.doubt?.rejections ?? 0,
  };
  if (rules.recovery === "search") {
    const lookup: LookupTask = {
      kind: "lookup",
      post: task.post,
      doubt,
      emptyLookups: 0,
      contradictingId: null,
      rejection: null,
    };
    return onTo(link, lookup, nextAtMs(nowMs, EARLY_LOOKUPS_MS[0], failure), nowMs);
  }
  const soonMs = nextAtMs(nowMs, patientDelayMs(nowMs - link.startedAtMs), failure);
  // Once it has answered, whatever that was, the first call is not at work any more.
  const untilMs = failure?.hasEnded ? soonMs : Math.max(soonMs, doubt.deadAtMs);
  return postAgain(link, task, doubt, untilMs, nowMs, rules);
}

/** A repeat that is safe by its key, or by lookups that came before. */
function postAgain(
  link: FinalizingLink,
  { post }: PostingTask,
  doubt: Doubt,
  untilMs: number,
  nowMs: number,
  rules: Rules,
): Move {
  const maxMs = rules.recovery === "replay" ? PROCESSING_MAX_MS : PUBLIC_TOKEN_LIFE_MS;
  const endsAtMs = link.startedAtMs + maxMs;
  if (nowMs >= endsAtMs) return failed(link, "provider_timeout", nowMs, { doubt });
  return onTo(link, { kind: "post", post, doubt }, Math.min(untilMs, endsAtMs), nowMs);
}

/** A search among the customer's accounts, after a lost post. */
export function endLookup(
  link: FinalizingLink,
  { result, beganAtMs, rules }: { result: Result<Lookup>; beganAtMs: number; rules: Rules },
  nowMs: number,
): Move {
  const { task } = link;
  if (task.kind !== "lookup") return UNFIT;
  const { post, doubt, rejection } = task;
  const isOver = isTokenDead(link, nowMs);
  const untilMs = nextLookupAtMs(link, task, nowMs, rules);
  if (!result.ok) {
    // What cannot be read proves nothing, however long.
    if (nowMs - link.startedAtMs >= PROCESSING_MAX_MS)
      return failed(link, "provider_timeout", nowMs, { doubt });
    return waits(nextAtMs(nowMs, untilMs - nowMs, result.failure));
  }
  switch (result.value.found) {
    case "account": {
      const { body: _, ...sent } = post;
      return follow(link, { sent, account: result.value.account, doubt }, nowMs, rules);
    }
    case "contradiction": {
      const contradictingId = result.value.accountId;
      if (isOver) return failed(link, "provider_timeout", nowMs, { doubt });
      if (task.contradictingId === contradictingId) return waits(untilMs);
      return onTo(link, { ...task, contradictingId }, untilMs, nowMs);
    }
    case "nothing": {
      // Early ones may adopt, and prove nothing: the provider may still be at work.
      if (beganAtMs < doubt.deadAtMs || !result.value.isComplete) return waits(untilMs);
      const emptyLookups = task.emptyLookups + 1;
      const needed = rejection ? EMPTY_LOOKUPS_BEFORE_REJECTION : EMPTY_LOOKUPS_BEFORE_POST;
      if (emptyLookups < needed) {
        return onTo(link, { ...task, emptyLookups }, nowMs + rules.upstreamTimeoutMs, nowMs);
      }
      if (rejection) return failed(link, rejection, nowMs, { doubt });
      if (isOver) return failed(link, "provider_timeout", nowMs, { doubt });
      const mayPost = doubt.lostPosts < DOUBT_POSTS_MAX && task.contradictingId === null;
      return mayPost ? onTo(link, { kind: "post", post, doubt }, nowMs, nowMs) : waits(untilMs);
    }
  }
}

function nextLookupAtMs(link: FinalizingLink, { doubt }: LookupTask, nowMs: number, rules: Rules): number {
  if (nowMs < doubt.deadAtMs) {
    const early = EARLY_LOOKUPS_MS.map((ms) => doubt.lostAtMs + ms).find((atMs) => atMs > nowMs);
    return Math.ceil(Math.min(early ?? doubt.deadAtMs, doubt.deadAtMs));
  }
  return nowMs + Math.max(rules.upstreamTimeoutMs, patientDelayMs(nowMs - link.startedAtMs));
}

/** An account has failed, perhaps since an earlier post had spent its token: a live sibling always wins. */
export function endLastLookup(
  link: FinalizingLink,
  { result, rules }: { result: Result<Lookup>; rules: Rules },
  nowMs: number,
): Move {
  const { task } = link;
  if (task.kind !== "last_lookup") return UNFIT;
  const { sent, account, code, doubt } = task;
  if (result.ok && result.value.found === "account" && isAlive(result.value.account)) {
    return follow(link, { sent, account: result.value.account, doubt }, nowMs, rules);
  }
  // Whatever was found, a live sibling may be on a page that was not read.
  const isProven = result.ok && result.value.isComplete;
  if (isProven || isTokenDead(link, nowMs)) return failed(link, code, nowMs, { account, doubt });
  const delayMs = Math.max(rules.upstreamTimeoutMs, patientDelayMs(nowMs - link.startedAtMs));
  return waits(nextAtMs(nowMs, delayMs, result.ok ? null : result.failure));
}

function isAlive({ status }: IdentifiedAccount): boolean {
  return status === "processing" || status === "active" || status === "unverified";
}

function isTokenDead({ startedAtMs }: FinalizingLink, atMs: number): boolean {
  return atMs - startedAtMs >= PUBLIC_TOKEN_LIFE_MS;
}

function doubtMs(rules: Rules): number {
  return Math.ceil(rules.upstreamTimeoutMs * (1 + DOUBT_MARGIN_SHARE));
}
