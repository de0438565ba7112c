/**
 * The link's states and every move between them. Pure: the clock is passed in, nothing is called.
 *
 *   preparing → ready | failed               canceled, expired → finalizing
 *   ready → finalizing | canceled | expired  finalizing → linked | failed
 */
import type { Account } from "../contract.ts";
import { LINK_KEPT_MS, WORKFLOW_MAX_MS } from "../limits.ts";
import { toLinkProblem } from "../problems/problem.ts";
import { PROBLEMS, type ProblemCode } from "../problems/registry.ts";
import type { Preparation, Result, Selection } from "../providers/provider.ts";
import type { LinkRecord, WorkOf } from "./link-record.ts";
import { eagerDelayMs, nextAtMs } from "./pacing.ts";

export function beginLink(
  { id, provider, request, reference }: Pick<LinkRecord, "id" | "provider" | "request" | "reference">,
  nowMs: number,
): LinkRecord {
  return {
    id,
    provider,
    mode: request.accountId === null ? "link" : "refresh",
    status: "preparing",
    request,
    reference,
    providerState: null,
    linkToken: null,
    linkTokenExpiresAtMs: null,
    work: { kind: "prepare", startedAtMs: nowMs, notBeforeMs: nowMs, looks: 0 },
    account: null,
    problem: null,
    chosenAccountId: null,
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
  const again: LinkRecord = {
    ...record,
    work: { ...work, looks: work.looks + 1, notBeforeMs: nextAtMs(nowMs, eagerDelayMs(work.looks)) },
  };
  if (!result.ok) {
    const { code } = result.failure;
    const notBeforeMs = nextAtMs(nowMs, eagerDelayMs(work.looks), result.failure);
    const late = notBeforeMs - work.startedAtMs >= WORKFLOW_MAX_MS;
    // The workflow exists; a read that failed for now is only a look that saw nothing.
    const mayLookAgain = record.providerState !== null && PROBLEMS[code].retryable && !late;
    if (!mayLookAgain) return failed(record, code, nowMs);
    return { ...record, work: { ...work, looks: work.looks + 1, notBeforeMs } };
  }
  const { value } = result;
  switch (value.state) {
    case "pending":
      if (nowMs - work.startedAtMs >= WORKFLOW_MAX_MS) return failed(record, "provider_timeout", nowMs);
      return { ...again, providerState: value.providerState };
    case "failed":
      return failed(record, value.code, nowMs);
    case "ready":
      return {
        ...record,
        status: "ready",
        providerState: value.providerState,
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

/** What a finalize begins: the making of an account, or the refresh of one. */
export type Beginning = { body: string; name: string; selection: Selection } | { accountId: string };

/** From `ready`, and from `canceled` or `expired`: a public token that arrives late is still taken. */
export function finalizing(record: LinkRecord, beginning: Beginning, nowMs: number): LinkRecord {
  const start = { startedAtMs: nowMs, notBeforeMs: nowMs };
  return {
    ...record,
    status: "finalizing",
    ...WITHOUT_LINK_TOKEN,
    work:
      "accountId" in beginning
        ? { kind: "refresh", ...start, accountId: beginning.accountId, looks: 0, patched: false }
        : { kind: "create", ...start, ...beginning, lostPosts: 0, refusals: 0 },
    chosenAccountId: "accountId" in beginning ? null : beginning.selection.account.id,
    updatedAtMs: nowMs,
  };
}

export function linked(record: LinkRecord, account: Account, nowMs: number): LinkRecord {
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

const WITHOUT_LINK_TOKEN = { linkToken: null, linkTokenExpiresAtMs: null } as const;
const AT_ITS_END = { ...WITHOUT_LINK_TOKEN, work: null, providerState: null } as const;
