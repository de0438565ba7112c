/** Links in the states that tests begin from, made by the machine itself. */
import assert from "node:assert/strict";
import type { Account } from "../../../worker/contract.ts";
import { beginLink, type LinkEvent, transition } from "../../../worker/ledger/link-machine.ts";
import type { FinalizingLink, LinkRecord, Task } from "../../../worker/ledger/link-record.ts";
import type { Rules } from "../../../worker/ledger/moves.ts";
import { bareAccount } from "../../../worker/providers/bare-account.ts";
import { type IdentifiedAccount, succeed } from "../../../worker/providers/provider.ts";

export const TIMEOUT_MS = 20_000;
/** From when a call went out until it is surely dead. */
export const DEAD_MS = TIMEOUT_MS * 1.25;

export const search: Rules = {
  recovery: "search",
  accountFailure: () => "duplicate_account",
  upstreamTimeoutMs: TIMEOUT_MS,
  verifyOwnership: false,
};
export const replay: Rules = { ...search, recovery: "replay" };

export const post = { body: "{}", name: "Bank - Checking", selection: { account: { id: "a" } } };

/** The record that an event makes. */
export function after(record: LinkRecord, event: LinkEvent, nowMs: number): LinkRecord {
  const move = transition(record, event, nowMs);
  assert.equal(move.kind, "moved", `${event.type} in ${record.status}`);
  return move.kind === "moved" ? move.record : record;
}

/** When the same step comes again, where the event changed nothing. */
export function pauseAfter(record: LinkRecord, event: LinkEvent, nowMs: number): number {
  const move = transition(record, event, nowMs);
  assert.equal(move.kind, "waits", `${event.type} in ${record.status}`);
  return move.kind === "waits" ? move.untilMs : Number.NaN;
}

export function preparing(id = "lnk_1"): LinkRecord {
  const request = { customerId: "c", accountId: null, redirectUri: null, language: "en" };
  return beginLink({ id, provider: "cybrid", request, reference: "order 7" }, 0);
}

export function ready(id?: string, linkTokenLifeMs = 1_000): LinkRecord {
  const result = succeed({
    state: "ready" as const,
    providerState: { workflowGuid: "w" },
    linkToken: "link-1",
    linkTokenLifeMs,
  });
  return after(preparing(id), { type: "prepared", result }, 0);
}

export function finalizing(id?: string): LinkRecord {
  return after(ready(id), { type: "finalize", post }, 0);
}

export function posting(record: LinkRecord = finalizing(), nowMs = 0): LinkRecord {
  return after(record, { type: "post_begun", rules: search }, nowMs);
}

export function taskOf<Kind extends Task["kind"]>(
  record: LinkRecord,
  kind: Kind,
): Extract<Task, { kind: Kind }> & Pick<FinalizingLink, "notBeforeMs"> {
  assert.equal(record.status, "finalizing");
  const { task, notBeforeMs } = record as FinalizingLink;
  assert.equal(task.kind, kind);
  return { ...(task as Extract<Task, { kind: Kind }>), notBeforeMs };
}

export function account(status: Account["status"], id = "acc_1"): IdentifiedAccount {
  return { ...bareAccount({ id, provider: "cybrid", asset: "USD", status }), id };
}
