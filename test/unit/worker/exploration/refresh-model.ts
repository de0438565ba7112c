/** A refresh: the account is read, and patched where its connection has expired. */
import { type LinkEvent, transition } from "../../../../worker/ledger/link-machine.ts";
import type { LinkRecord } from "../../../../worker/ledger/link-record.ts";
import {
  type IdentifiedAccount,
  lose,
  notDone,
  type Result,
  reject,
  succeed,
} from "../../../../worker/providers/provider.ts";
import { account, after, ready, search } from "../links.ts";
import { type Choice, type Model, ViolationError } from "./explore.ts";
import { checkIdentity, checkTokens } from "./invariants.ts";
import { START_MS } from "./world.ts";

interface State {
  nowMs: number;
  record: LinkRecord;
  /** In memory only: a restart loses it. */
  pausedUntilMs: number;
  /** The provider's account. */
  status: "refresh_required" | "processing" | "active" | "unverified" | "removed" | "failed";
}

const HOUR_MS = 3_600_000;
const LOST = lose("provider_unavailable", { sentAtMs: 0, hasEnded: false });
/** How a call ends that did nothing. */
const UNDONE: Record<string, Result<never>> = {
  "not done": LOST,
  "429 with a long pause": notDone("provider_unavailable", HOUR_MS),
  "403 for a scope": notDone("provider_misconfigured"),
  "404": reject("not_found"),
};

export const REFRESHING: Record<string, State> = Object.fromEntries(
  (["refresh_required", "active", "processing", "removed", "failed"] as const).map((status) => [
    status,
    {
      nowMs: START_MS,
      record: after(ready(), { type: "finalize_refresh", accountId: "acc_1" }, START_MS),
      pausedUntilMs: 0,
      status,
    },
  ]),
);

export const refreshModel: Model<State> = {
  next(state) {
    const { record } = state;
    if (record.status !== "finalizing") return [];
    const nowMs = Math.max(state.nowMs, record.notBeforeMs, state.pausedUntilMs);
    return step({ ...state, nowMs }).map((choice) => ({
      ...choice,
      label: `${nowMs - START_MS} ms: ${choice.label}`,
    }));
  },
  nowMs: ({ nowMs }) => nowMs,
  endsWithinMs: () => HOUR_MS,
};

function step(state: State): Choice<State>[] {
  const others = [
    ...Object.entries(UNDONE).map(([label, result]) => ({
      label: `a read, ${label}`,
      take: () => read(state, result),
    })),
    {
      label: "a restart, found late",
      take: () => ({ ...state, nowMs: state.nowMs + 2 * HOUR_MS, pausedUntilMs: 0 }),
    },
  ];
  if (state.status === "refresh_required") return [...patches(state), ...others];
  const settled = { ...state, status: state.status === "processing" ? ("active" as const) : state.status };
  return [{ label: "a read", take: () => readAsIs(settled) }, ...others];
}

/** The intent is stored, and then the call goes out. */
function patches(state: State): Choice<State>[] {
  const begun = apply(state, { type: "patch_begun" });
  const patched = (status: State["status"]) => ({ ...begun, status });
  return [
    { label: "patched", take: () => readAsIs(patched("active")) },
    { label: "patched, unverified", take: () => readAsIs(patched("unverified")) },
    { label: "patched, in vain", take: () => readAsIs(patched("refresh_required")) },
    { label: "patched, processing", take: () => readAsIs(patched("processing")) },
    { label: "patched, the answer lost", take: () => read(patched("active"), LOST) },
    { label: "patched, a crash", take: () => ({ ...patched("active"), pausedUntilMs: 0 }) },
    ...Object.entries(UNDONE).map(([label, result]) => ({
      label: `a patch, ${label}`,
      take: () => read(begun, result),
    })),
  ];
}

function readAsIs(state: State): State {
  return read(state, succeed(account(state.status)));
}

function read(state: State, result: Result<IdentifiedAccount>): State {
  return apply(state, { type: "account_read", result, rules: search });
}

function apply(state: State, event: LinkEvent): State {
  const { record, nowMs, status } = state;
  const move = transition(record, event, nowMs);
  if (move.kind === "unfit")
    throw new ViolationError("every event fits the state that asked for it", event.type);
  if (move.kind === "waits") {
    if (move.untilMs <= nowMs) throw new ViolationError("nothing spins", event.type);
    return { ...state, pausedUntilMs: move.untilMs };
  }
  checkIdentity(record, move.record);
  checkTokens(move.record);
  if (move.record.status === "linked" && move.record.account.status !== status) {
    throw new ViolationError(
      "linked reports the account as it was read",
      `${move.record.account.status}, ${status}`,
    );
  }
  if (move.record.status === "linked" && status !== "active" && status !== "unverified") {
    throw new ViolationError("only a connection that works is linked", status);
  }
  return { ...state, record: move.record, pausedUntilMs: 0 };
}
