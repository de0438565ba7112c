/** What an event did to a link, and the moves to its end. Pure. */
import type { Account } from "../contract.ts";
import { toLinkProblem } from "../problems/problem.ts";
import type { ProblemCode } from "../problems/registry.ts";
import type { Provider, Recovery } from "../providers/provider.ts";
import {
  type Doubt,
  type FinalizingLink,
  type LinkRecord,
  type PreparingLink,
  sentAccount,
  type Task,
} from "./link-record.ts";

export type Move =
  /** To be stored. */
  | { kind: "moved"; record: LinkRecord }
  /** Nothing has changed that is worth storing; the same step again, no earlier than that. */
  | { kind: "waits"; untilMs: number }
  /** The event does not belong to this state. */
  | { kind: "unfit" };

/** What the moves need to know of the provider and the deployment. */
export interface Rules {
  recovery: Recovery;
  accountFailure: Provider["accountFailure"];
  upstreamTimeoutMs: number;
  /** Check who owns an account that is `unverified`. */
  verifyOwnership: boolean;
}

export const UNFIT: Move = { kind: "unfit" };

export function waits(untilMs: number): Move {
  return { kind: "waits", untilMs };
}

/** On to the next task of a finalizing link. */
export function onTo(link: FinalizingLink, task: Task, notBeforeMs: number, nowMs: number): Move {
  return { kind: "moved", record: { ...link, task, notBeforeMs, updatedAtMs: nowMs } };
}

export function linked(
  { task, startedAtMs, notBeforeMs, providerState, ...link }: FinalizingLink,
  account: Account,
  nowMs: number,
  isOwnershipPending = false,
): Move {
  return {
    kind: "moved",
    record: {
      ...link,
      status: "linked",
      account,
      chosenAccountId: sentAccount(task)?.selection.account.id ?? null,
      isOwnershipPending,
      updatedAtMs: nowMs,
    },
  };
}

/** `doubt`: a lost post may still turn out to have made an account. */
export function failed(
  record: PreparingLink | FinalizingLink,
  code: ProblemCode,
  nowMs: number,
  { account = null, doubt = null }: { account?: Account | null; doubt?: Doubt | null } = {},
): Move {
  const { id, provider, request, reference, openedAtMs, createdAtMs, providerState } = record;
  const sent = record.status === "finalizing" ? sentAccount(record.task) : null;
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
      status: "failed",
      account,
      problem: toLinkProblem(code),
      chosenAccountId: sent?.selection.account.id ?? null,
      doubtful:
        doubt && sent && providerState ? { name: sent.name, selection: sent.selection, providerState } : null,
    },
  };
}
