/** A link before its public token arrives: the workflow, the link token, and the ways to leave. */
import {
  beginLink,
  dueAtMs,
  type LinkEvent,
  settled,
  transition,
} from "../../../../worker/ledger/link-machine.ts";
import type { LinkRecord } from "../../../../worker/ledger/link-record.ts";
import { WORKFLOW_MAX_MS } from "../../../../worker/limits.ts";
import {
  lose,
  notDone,
  type Preparation,
  type Result,
  reject,
  succeed,
} from "../../../../worker/providers/provider.ts";
import { type Choice, type Model, ViolationError } from "./explore.ts";
import { checkIdentity, checkTokens } from "./invariants.ts";
import { bodyOf } from "./ledger-state.ts";
import { CUSTOMER, START_MS } from "./world.ts";

interface State {
  nowMs: number;
  record: LinkRecord;
  /** In memory only: a restart loses it. */
  pausedUntilMs: number;
}

const HOUR_MS = 3_600_000;
const LIFE_MS = 4 * HOUR_MS;
const PROVIDER_STATE = { workflowGuid: "w" };

const PENDING = succeed<Preparation>({ state: "pending", providerState: PROVIDER_STATE });
const READY = succeed<Preparation>({
  state: "ready",
  providerState: PROVIDER_STATE,
  linkToken: "link-lnk_1",
  linkTokenLifeMs: LIFE_MS,
});
const FAULTS: Record<string, Result<Preparation>> = {
  "still pending": PENDING,
  "the workflow fails": succeed({ state: "failed", code: "provider_unavailable" }),
  "a call that is lost": lose("provider_unavailable", { sentAtMs: 0, hasEnded: false }),
  "429 with a long pause": notDone("provider_unavailable", HOUR_MS),
  "403 for a scope": notDone("provider_misconfigured"),
  "422": reject("provider_rejected"),
};

export const PREPARING: State = {
  nowMs: START_MS,
  record: beginLink(
    {
      id: "lnk_1",
      provider: "cybrid",
      request: { customerId: CUSTOMER, accountId: null, redirectUri: null, language: "en" },
      reference: null,
    },
    START_MS,
  ),
  pausedUntilMs: 0,
};

const SENT = { name: "Bank - Checking", selection: { account: { id: "a" } } };
const FINALIZE: LinkEvent = { type: "finalize", post: { ...SENT, body: bodyOf("lnk_1", SENT.name) } };

export const preparingModel: Model<State> = {
  next(state) {
    const { record } = state;
    switch (record.status) {
      case "preparing":
        return polls(
          { ...state, nowMs: Math.max(state.nowMs, record.notBeforeMs, state.pausedUntilMs) },
          record.providerState !== null,
        );
      case "ready":
        return [
          choose(state, "finalized", FINALIZE),
          choose(state, "opened", { type: "opened" }),
          choose(state, "canceled", { type: "canceled" }),
          choose(state, "expired, by Plaid's word", { type: "expired" }),
          { label: "the token runs out", take: () => expire(state) },
        ];
      case "canceled":
      case "expired":
        return [choose(state, "finalized late", FINALIZE)];
      default:
        return [];
    }
  },
  nowMs: ({ nowMs }) => nowMs,
  endsWithinMs: ({ nowMs, pausedUntilMs }) => WORKFLOW_MAX_MS + Math.max(0, pausedUntilMs - nowMs),
};

function polls(state: State, hasBegun: boolean): Choice<State>[] {
  const faults = Object.entries(FAULTS).map(([label, result]) =>
    choose(state, label, { type: "prepared", result }),
  );
  const restart = (afterMs: number) => () => ({ ...state, nowMs: state.nowMs + afterMs, pausedUntilMs: 0 });
  return [
    choose(state, hasBegun ? "ready" : "begun", { type: "prepared", result: hasBegun ? READY : PENDING }),
    ...faults,
    { label: "a restart, found at once", take: restart(1) },
    { label: "a restart, found late", take: restart(2 * WORKFLOW_MAX_MS) },
  ];
}

function choose(state: State, label: string, event: LinkEvent): Choice<State> {
  return { label: `${state.nowMs - START_MS} ms: ${label}`, take: () => apply(state, event) };
}

function apply(state: State, event: LinkEvent): State {
  const { record, nowMs } = state;
  const move = transition(record, event, nowMs);
  if (move.kind === "unfit")
    throw new ViolationError("every event fits the state that asked for it", event.type);
  if (move.kind === "waits") {
    if (move.untilMs <= nowMs) throw new ViolationError("nothing spins", event.type);
    return { ...state, pausedUntilMs: move.untilMs };
  }
  checkIdentity(record, move.record);
  checkTokens(move.record);
  return { nowMs, record: move.record, pausedUntilMs: 0 };
}

/** By our clock. */
function expire(state: State): State {
  const nowMs = dueAtMs(state.record);
  const record = settled(state.record, nowMs);
  if (record.status !== "expired") throw new ViolationError("a link token that has run out is gone");
  checkTokens(record);
  return { nowMs, record, pausedUntilMs: 0 };
}
