/** An account that exists, from the provider's processing state to the link's end. Pure. */
import type { Account } from "../contract.ts";
import { OWNERSHIP_WAIT_MS, PROCESSING_MAX_MS } from "../limits.ts";
import { PROBLEMS } from "../problems/registry.ts";
import type { IdentifiedAccount, OwnershipCheck, Result } from "../providers/provider.ts";
import { detailsOf, enrich } from "./enrich-account.ts";
import type { Doubt, FinalizingLink, PostedCheck, SentAccount, Task } from "./link-record.ts";
import { failed, linked, type Move, onTo, type Rules, UNFIT, waits } from "./moves.ts";
import { eagerDelayMs, nextAtMs, patientDelayMs } from "./pacing.ts";

/** An account that has just become known as this link's. */
export function follow(
  link: FinalizingLink,
  { sent, account, doubt }: { sent: SentAccount; account: IdentifiedAccount; doubt: Doubt | null },
  nowMs: number,
  rules: Rules,
): Move {
  const task = { kind: "follow", sent, account: enrich(account, detailsOf(sent)), doubt } as const;
  const move = judge({ ...link, task }, task.account, nowMs, rules);
  // The public token is spent: what remains knows only the account.
  return move.kind === "waits" ? onTo(link, task, move.untilMs, nowMs) : move;
}

export function readAccount(
  link: FinalizingLink,
  { result, rules }: { result: Result<IdentifiedAccount>; rules: Rules },
  nowMs: number,
): Move {
  const { task } = link;
  if (task.kind !== "follow" && task.kind !== "refresh") return UNFIT;
  if (result.ok) {
    const account = task.kind === "follow" ? enrich(result.value, detailsOf(task.sent)) : result.value;
    return judge(link, account, nowMs, rules);
  }
  const waitedMs = nowMs - link.startedAtMs;
  const { code } = result.failure;
  if (waitedMs >= PROCESSING_MAX_MS) return timeOut(link, nowMs);
  // A refresh has made nothing, so a refusal ends it; an account that exists is not given up for a failed read.
  if (task.kind === "refresh" && !PROBLEMS[code].retryable) return failed(link, code, nowMs);
  return waits(nextAtMs(nowMs, patientDelayMs(waitedMs), result.failure));
}

/** How the ownership check stands. The account is there in any case, so the link ends `linked` while it lives. */
export function readOwnership(link: FinalizingLink, result: Result<OwnershipCheck>, nowMs: number): Move {
  const { task } = link;
  if (task.kind !== "verify") return UNFIT;
  const account = result.ok ? enrich(result.value.account, detailsOf(task.sent)) : task.account;
  const isRunning = result.ok ? result.value.running : PROBLEMS[result.failure.code].retryable;
  const waitedMs = nowMs - task.sinceMs;
  if (isRunning && waitedMs < OWNERSHIP_WAIT_MS) {
    return waits(nextAtMs(nowMs, eagerDelayMs(waitedMs), result.ok ? null : result.failure));
  }
  const isUsable = account.status === "active" || account.status === "unverified";
  // Removed or expired under the check: no longer what was linked.
  if (!isUsable) return failed(link, "provider_rejected", nowMs, { account });
  return linked(link, account, nowMs, isRunning);
}

export function postCheck(link: FinalizingLink, { noCheckBeforeMs }: PostedCheck, nowMs: number): Move {
  const { task } = link;
  return task.kind === "verify" ? onTo(link, { ...task, noCheckBeforeMs }, link.notBeforeMs, nowMs) : UNFIT;
}

/** What the provider says of the account. `account` is enriched. */
function judge(link: FinalizingLink, account: IdentifiedAccount, nowMs: number, rules: Rules): Move {
  const { task } = link;
  switch (account.status) {
    case "unverified":
      if (rules.verifyOwnership && task.kind === "follow") {
        const verify = {
          kind: "verify",
          sent: task.sent,
          account,
          sinceMs: nowMs,
          noCheckBeforeMs: 0,
        } as const;
        return onTo(link, verify, nowMs, nowMs);
      }
      return linked(link, account, nowMs);
    case "active":
      return linked(link, account, nowMs);
    case "processing": {
      const waitedMs = nowMs - link.startedAtMs;
      if (waitedMs >= PROCESSING_MAX_MS) return timeOut(link, nowMs, account);
      return waits(nextAtMs(nowMs, patientDelayMs(waitedMs)));
    }
    case "failed":
      return giveUp(link, account, rules.accountFailure(account.failure_code), nowMs, rules);
    case "refresh_required":
    case "removing":
    case "removed":
      return giveUp(link, account, "provider_rejected", nowMs, rules);
  }
}

/** Not before a last lookup where an earlier post was lost: it may have spent the token and made a live account. */
function giveUp(
  link: FinalizingLink,
  account: IdentifiedAccount,
  code: Extract<Task, { kind: "last_lookup" }>["code"],
  nowMs: number,
  rules: Rules,
): Move {
  const { task } = link;
  if (task.kind === "follow" && task.doubt && rules.recovery === "search") {
    const lookup = { kind: "last_lookup", sent: task.sent, account, code, doubt: task.doubt } as const;
    return onTo(link, lookup, nowMs + rules.upstreamTimeoutMs, nowMs);
  }
  return failed(link, code, nowMs, { account });
}

function timeOut(link: FinalizingLink, nowMs: number, read?: Account): Move {
  const { task } = link;
  const doubt = task.kind === "follow" ? task.doubt : null;
  const account = read ?? (task.kind === "follow" ? task.account : null);
  return failed(link, "provider_timeout", nowMs, { account, doubt });
}
