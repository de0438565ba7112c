/**
 * The link's states and every move between them. Pure: the clock is passed in, nothing is called.
 *
 *   preparing → ready | failed               canceled, expired → finalizing
 *   ready → finalizing | canceled | expired  finalizing → linked | failed
 */
import type { Account } from "../contract.ts";
import {
  DOUBT_EMPTY_LOOKS,
  DOUBT_LOOK_SHARE,
  DOUBT_MARGIN_SHARE,
  LINK_KEPT_MS,
  OWNERSHIP_WAIT_MS,
  PROCESSING_MAX_MS,
  PUBLIC_TOKEN_LIFE_MS,
  REPLAY_REFUSALS_BELIEVED,
  WORKFLOW_MAX_MS,
} from "../limits.ts";
import { toLinkProblem } from "../problems/problem.ts";
import { PROBLEMS, type ProblemCode } from "../problems/registry.ts";
import type {
  OwnershipCheck,
  Preparation,
  Provider,
  Recovery,
  Result,
  Selection,
} from "../providers/provider.ts";
import { describeAccount } from "./describe-account.ts";
import type { Creation, LinkRecord, Work } from "./link-record.ts";
import { eagerDelayMs, patientDelayMs } from "./pacing.ts";

/** What the moves need to know of the provider and the deployment. */
export interface Rules {
  recovery: Recovery;
  accountFailure: Provider["accountFailure"];
  upstreamTimeoutMs: number;
  /** Check who owns an account that is `unverified`. */
  verifyOwnership: boolean;
}

type WorkOf<Kind extends Work["kind"]> = Extract<Work, { kind: Kind }>;

export function beginLink(
  { id, provider, wish, reference }: Pick<LinkRecord, "id" | "provider" | "wish" | "reference">,
  nowMs: number,
): LinkRecord {
  return {
    id,
    provider,
    mode: wish.accountId === null ? "link" : "refresh",
    status: "preparing",
    wish,
    reference,
    memo: null,
    linkToken: null,
    linkTokenExpiresAtMs: null,
    work: { kind: "prepare", startedAtMs: nowMs, notBeforeMs: nowMs, looks: 0 },
    account: null,
    problem: null,
    ownershipPending: false,
    openedAtMs: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

export function prepared(
  record: LinkRecord,
  work: WorkOf<"prepare">,
  result: Result<Preparation>,
  nowMs: number,
): LinkRecord {
  const late = nowMs - work.startedAtMs >= WORKFLOW_MAX_MS;
  const again: LinkRecord = {
    ...record,
    work: { ...work, looks: work.looks + 1, notBeforeMs: nowMs + eagerDelayMs(work.looks) },
  };
  if (!result.ok) {
    const { code } = result.failure;
    // The workflow exists; a read that failed for now is only a look that saw nothing.
    const mayLookAgain = record.memo !== null && PROBLEMS[code].retryable && !late;
    return mayLookAgain ? again : failed(record, code, nowMs);
  }
  const { value } = result;
  switch (value.state) {
    case "pending":
      return late ? failed(record, "provider_timeout", nowMs) : { ...again, memo: value.memo };
    case "failed":
      return failed(record, value.code, nowMs);
    case "ready":
      return {
        ...record,
        status: "ready",
        memo: value.memo,
        linkToken: value.linkToken,
        linkTokenExpiresAtMs: nowMs + value.linkTokenLifeMs,
        work: null,
        updatedAtMs: nowMs,
      };
  }
}

export function opened(record: LinkRecord, nowMs: number): LinkRecord {
  return { ...record, openedAtMs: nowMs, updatedAtMs: nowMs };
}

export function canceled(record: LinkRecord, nowMs: number): LinkRecord {
  return { ...record, status: "canceled", ...WITHOUT_LINK_TOKEN, updatedAtMs: nowMs };
}

export function expired(record: LinkRecord, nowMs: number): LinkRecord {
  return { ...record, status: "expired", ...WITHOUT_LINK_TOKEN, updatedAtMs: nowMs };
}

/** The record as it is now: a ready link whose token has run out is expired, whoever looks first. */
export function settled(record: LinkRecord, nowMs: number): LinkRecord {
  const ranOut = record.status === "ready" && (record.linkTokenExpiresAtMs ?? 0) <= nowMs;
  return ranOut ? expired(record, nowMs) : record;
}

/** From `ready`, and from `canceled` or `expired`: a public token that arrives late is still taken. */
export function finalizing(
  record: LinkRecord,
  creation: { body: string; name: string; selection: Selection } | { accountId: string },
  nowMs: number,
): LinkRecord {
  const start = { startedAtMs: nowMs, notBeforeMs: nowMs };
  return {
    ...record,
    status: "finalizing",
    ...WITHOUT_LINK_TOKEN,
    work:
      "accountId" in creation
        ? { kind: "refresh", ...start, accountId: creation.accountId, looks: 0 }
        : { kind: "create", ...start, ...creation, lostPosts: 0, refusals: 0 },
    updatedAtMs: nowMs,
  };
}

/** The intent, written before the call. */
export function posting(record: LinkRecord, work: WorkOf<"create">, nowMs: number): LinkRecord {
  return { ...record, work: { ...work, kind: "posting", postedAtMs: nowMs } };
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
  if (result === null || result.failure.done === "unknown") {
    // A crash tells no time: the call may have gone out until the moment before it was found.
    return lostPost(record, work, result?.failure.sentAtMs ?? nowMs, nowMs, rules);
  }

  const { code, retryAfterMs } = result.failure;
  const surelyNothingMade = work.lostPosts === 0;
  const tokenIsDead = nowMs - work.startedAtMs >= PUBLIC_TOKEN_LIFE_MS;
  if (surelyNothingMade) {
    if (!PROBLEMS[code].retryable || tokenIsDead) return failed(record, code, nowMs);
    return recreate(
      record,
      work,
      nowMs + Math.max(retryAfterMs ?? 0, Math.ceil(rules.upstreamTimeoutMs * DOUBT_MARGIN_SHARE)),
    );
  }
  // An earlier call may have succeeded, which would explain that the provider refuses this one.
  const refusals = code === "provider_rejected" ? work.refusals + 1 : work.refusals;
  if (rules.recovery === "search") return search(record, { ...work, refusals }, nowMs);
  // With the same key an earlier success would have been answered again, so refusals mean that nothing was made.
  if (refusals >= REPLAY_REFUSALS_BELIEVED) return failed(record, code, nowMs);
  return recreate(record, { ...work, refusals }, nowMs + doubtMs(rules));
}

function lostPost(
  record: LinkRecord,
  work: WorkOf<"posting">,
  sentAtMs: number,
  nowMs: number,
  rules: Rules,
): LinkRecord {
  const lost = { ...work, lostPosts: work.lostPosts + 1 };
  // The provider may be at work for as long as we would have waited, and a little longer.
  const quietAtMs = Math.max(nowMs, sentAtMs + doubtMs(rules));
  if (rules.recovery === "search") return search(record, lost, quietAtMs);
  if (nowMs - work.startedAtMs >= PROCESSING_MAX_MS) return failed(record, "provider_timeout", nowMs);
  return recreate(record, lost, nowMs + patientDelayMs(lost.lostPosts, nowMs - work.startedAtMs));
}

/** After a lost post: what a look among the customer's accounts found. */
export function searched(
  record: LinkRecord,
  work: WorkOf<"search">,
  result: Result<Account | null>,
  nowMs: number,
  rules: Rules,
): LinkRecord {
  const nextLookMs =
    nowMs +
    Math.max(
      Math.ceil(rules.upstreamTimeoutMs * DOUBT_LOOK_SHARE),
      result.ok ? 0 : (result.failure.retryAfterMs ?? 0),
    );
  if (!result.ok) return { ...record, work: { ...work, notBeforeMs: nextLookMs } };
  if (result.value) {
    const found = { ok: true, value: result.value } as const;
    return observed(record, accountWork(work, result.value, nowMs), found, nowMs, rules);
  }
  const emptyLooks = work.emptyLooks + 1;
  const looked: LinkRecord = { ...record, work: { ...work, emptyLooks, notBeforeMs: nextLookMs } };
  if (emptyLooks < DOUBT_EMPTY_LOOKS) return looked;
  if (nowMs - work.startedAtMs >= PUBLIC_TOKEN_LIFE_MS) {
    return failed(record, work.refusals > 0 ? "provider_rejected" : "provider_timeout", nowMs);
  }
  // Once more, and never a third time.
  return work.lostPosts < 2 && work.refusals === 0 ? recreate(record, work, nowMs) : looked;
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
    work: { ...work, looks: work.looks + 1, notBeforeMs: nowMs + patientDelayMs(work.looks, waitedMs) },
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
    const notBeforeMs = nowMs + eagerDelayMs(work.looks);
    return { ...record, account, work: { ...work, looks: work.looks + 1, notBeforeMs } };
  }
  const usable = account?.status === "active" || account?.status === "unverified";
  // Removed or expired under the check: no longer what was linked.
  if (!usable) return failed({ ...record, account }, "provider_rejected", nowMs);
  return { ...linked(record, account, nowMs), ownershipPending: running };
}

function linked(record: LinkRecord, account: Account, nowMs: number): LinkRecord {
  return { ...record, ...AT_ITS_END, status: "linked", account, updatedAtMs: nowMs };
}

export function failed(record: LinkRecord, code: ProblemCode, nowMs: number): LinkRecord {
  return { ...record, ...AT_ITS_END, status: "failed", problem: toLinkProblem(code), updatedAtMs: nowMs };
}

/** When the record needs attention by itself, if ever. */
export function dueAtMs(record: LinkRecord): number {
  if (record.work) return record.work.notBeforeMs;
  if (record.status === "ready" && record.linkTokenExpiresAtMs !== null) return record.linkTokenExpiresAtMs;
  return record.updatedAtMs + LINK_KEPT_MS;
}

/** An account of this link may exist without our knowing. */
export function isInDoubt({ work }: LinkRecord): boolean {
  return (
    work?.kind === "posting" || work?.kind === "search" || (work?.kind === "create" && work.lostPosts > 0)
  );
}

const WITHOUT_LINK_TOKEN = { linkToken: null, linkTokenExpiresAtMs: null } as const;
const AT_ITS_END = { ...WITHOUT_LINK_TOKEN, work: null, memo: null } as const;

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
