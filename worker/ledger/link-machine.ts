/**
 * The link's states and every move between them. Pure: the clock is passed in, nothing is called.
 *
 *   preparing → ready | failed               canceled, expired → finalizing
 *   ready → finalizing | canceled | expired  finalizing → linked | failed
 */
import type { Account } from "../contract.ts";
import { LINK_KEPT_MS, WORKFLOW_MAX_MS } from "../limits.ts";
import { PROBLEMS } from "../problems/registry.ts";
import type {
  IdentifiedAccount,
  Lookup,
  OwnershipCheck,
  Preparation,
  Result,
} from "../providers/provider.ts";
import { beginPatch, beginPost, endLastLookup, endLookup, endPost } from "./account-post.ts";
import { postCheck, readAccount, readOwnership } from "./account-progress.ts";
import type { AccountPost, LinkRecord, PostedCheck, PreparingLink, ReadyLink, Task } from "./link-record.ts";
import { failed, type Move, type Rules, UNFIT, waits } from "./moves.ts";
import { eagerDelayMs, nextAtMs } from "./pacing.ts";

export type LinkEvent =
  | { type: "prepared"; result: Result<Preparation> }
  | { type: "opened" }
  | { type: "canceled" }
  /** The link token is dead, by our clock or by Plaid's word. */
  | { type: "expired" }
  /** From `ready`, and from `canceled` or `expired`: a public token that arrives late is still taken. */
  | { type: "finalize"; post: AccountPost }
  | { type: "finalize_refresh"; accountId: string }
  | { type: "post_begun"; rules: Rules }
  /** `null`: the object died under the call, so its answer is lost. */
  | { type: "post_ended"; result: Result<Account> | null; rules: Rules }
  /** `beganAtMs`: when the lookup went out. */
  | { type: "looked_up"; result: Result<Lookup>; beganAtMs: number; rules: Rules }
  | { type: "account_read"; result: Result<IdentifiedAccount>; rules: Rules }
  | { type: "ownership_read"; result: Result<OwnershipCheck> }
  /** The intent of a check's post, and what its answer makes of it. */
  | ({ type: "check_posted" } & PostedCheck)
  | { type: "patch_begun" };

export function beginLink(
  link: Pick<LinkRecord, "id" | "provider" | "request" | "reference">,
  nowMs: number,
): PreparingLink {
  return {
    ...link,
    status: "preparing",
    providerState: null,
    notBeforeMs: nowMs,
    openedAtMs: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

export function transition(record: LinkRecord, event: LinkEvent, nowMs: number): Move {
  switch (event.type) {
    case "prepared":
      return record.status === "preparing" ? endPreparation(record, event.result, nowMs) : UNFIT;
    case "opened":
      if (record.status !== "ready") return UNFIT;
      return { kind: "moved", record: { ...record, openedAtMs: nowMs, updatedAtMs: nowMs } };
    case "canceled":
    case "expired":
      return record.status === "ready" ? leave(record, event.type, nowMs) : UNFIT;
    case "finalize":
      return finalize(record, { kind: "post", post: event.post, doubt: null }, nowMs);
    case "finalize_refresh":
      return finalize(record, { kind: "refresh", accountId: event.accountId, isPatched: false }, nowMs);
    case "post_begun":
      return record.status === "finalizing" ? beginPost(record, event, nowMs) : UNFIT;
    case "post_ended":
      return record.status === "finalizing" ? endPost(record, event, nowMs) : UNFIT;
    case "looked_up":
      if (record.status !== "finalizing") return UNFIT;
      return record.task.kind === "last_lookup"
        ? endLastLookup(record, event, nowMs)
        : endLookup(record, event, nowMs);
    case "account_read":
      return record.status === "finalizing" ? readAccount(record, event, nowMs) : UNFIT;
    case "ownership_read":
      return record.status === "finalizing" ? readOwnership(record, event.result, nowMs) : UNFIT;
    case "check_posted":
      return record.status === "finalizing" ? postCheck(record, event, nowMs) : UNFIT;
    case "patch_begun":
      return record.status === "finalizing" ? beginPatch(record, nowMs) : UNFIT;
  }
}

/** The record as it is now: a ready link whose token has run out is expired, whoever asks first. */
export function settled(record: LinkRecord, nowMs: number): LinkRecord {
  const hasRunOut = record.status === "ready" && record.linkTokenExpiresAtMs <= nowMs;
  const move = hasRunOut ? transition(record, { type: "expired" }, nowMs) : UNFIT;
  return move.kind === "moved" ? move.record : record;
}

/** When the record needs attention by itself. */
export function dueAtMs(record: LinkRecord): number {
  switch (record.status) {
    case "preparing":
    case "finalizing":
      return record.notBeforeMs;
    case "ready":
      return record.linkTokenExpiresAtMs;
    default:
      return record.updatedAtMs + LINK_KEPT_MS;
  }
}

function endPreparation(link: PreparingLink, result: Result<Preparation>, nowMs: number): Move {
  const waitedMs = nowMs - link.createdAtMs;
  const isLate = (atMs: number) => atMs - link.createdAtMs >= WORKFLOW_MAX_MS;
  if (!result.ok) {
    const { code } = result.failure;
    const untilMs = nextAtMs(nowMs, eagerDelayMs(waitedMs), result.failure);
    // The workflow exists; a read that failed for now is only a poll that saw nothing.
    const mayAskAgain = link.providerState !== null && PROBLEMS[code].retryable && !isLate(untilMs);
    return mayAskAgain ? waits(untilMs) : failed(link, code, nowMs);
  }
  const { value } = result;
  switch (value.state) {
    case "pending": {
      if (isLate(nowMs)) return failed(link, "provider_timeout", nowMs);
      const untilMs = nextAtMs(nowMs, eagerDelayMs(waitedMs));
      if (link.providerState !== null) return waits(untilMs);
      return {
        kind: "moved",
        record: { ...link, providerState: value.providerState, notBeforeMs: untilMs },
      };
    }
    case "failed":
      return failed(link, value.code, nowMs);
    case "ready": {
      const { notBeforeMs: _, ...rest } = link;
      return {
        kind: "moved",
        record: {
          ...rest,
          status: "ready",
          providerState: value.providerState,
          linkToken: value.linkToken,
          linkTokenExpiresAtMs: nowMs + value.linkTokenLifeMs,
          updatedAtMs: nowMs,
        },
      };
    }
  }
}

function leave(link: ReadyLink, status: "canceled" | "expired", nowMs: number): Move {
  const { linkToken: _, linkTokenExpiresAtMs: __, ...rest } = link;
  return { kind: "moved", record: { ...rest, status, updatedAtMs: nowMs } };
}

function finalize(record: LinkRecord, task: Task, nowMs: number): Move {
  if (record.status !== "ready" && record.status !== "canceled" && record.status !== "expired") return UNFIT;
  const { id, provider, request, reference, openedAtMs, createdAtMs, providerState } = record;
  return {
    kind: "moved",
    record: {
      id,
      provider,
      request,
      reference,
      openedAtMs,
      createdAtMs,
      updatedAtMs: nowMs,
      status: "finalizing",
      providerState,
      startedAtMs: nowMs,
      notBeforeMs: nowMs,
      task,
    },
  };
}
