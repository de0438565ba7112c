/** A customer's ledger, run as the driver runs it: the machine under test against the model of a provider. */
import { beginLink, type LinkEvent, transition } from "../../../../worker/ledger/link-machine.ts";
import { type FinalizingLink, type LinkRecord, nameInDoubt } from "../../../../worker/ledger/link-record.ts";
import type { Rules } from "../../../../worker/ledger/moves.ts";
import { uniqueAccountName } from "../../../../worker/providers/account-name.ts";
import { succeed } from "../../../../worker/providers/provider.ts";
import { after } from "../links.ts";
import {
  type Call,
  type LookupPlan,
  lookupCalls,
  ownershipCalls,
  postCall,
  READS,
  readCalls,
} from "./calls.ts";
import { type Choice, type Model, ViolationError } from "./explore.ts";
import { factsAfterAnswer, factsAfterPost, NO_FACTS } from "./facts.ts";
import { checkMove, checkPost, checkWorld } from "./invariants.ts";
import { bodyOf, type ModelLink, type Pending, type State } from "./ledger-state.ts";
import { MADE, type PostPlan } from "./posts.ts";
import { CUSTOMER, carryOut, INSTITUTION, type Protection, START_MS, type WorldAccount } from "./world.ts";

export interface Machine {
  transition: typeof transition;
  /** Names in doubt are not used again. */
  keepsNamesApart: boolean;
  /** A search leaves out the accounts that are known already. */
  knowsOwners: boolean;
}

export const MACHINE: Machine = { transition, keepsNamesApart: true, knowsOwners: true };

export interface Setting {
  rules: Rules;
  protection: Protection;
  /** The faults of a post. */
  posts: PostPlan[];
  /** The faults of a lookup. */
  lookups: LookupPlan[];
  /** When each link's public token arrives, from the start. */
  finalizedAtMs: number[];
  givesIds?: boolean;
  /** Accounts made outside this ledger. */
  strangers?: WorldAccount[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const SELECTION = {
  account: { id: "plaid-account", name: "Checking" },
  institution: { id: INSTITUTION, name: "Bank" },
};
const FOUND_LATE_MS = 2 * HOUR_MS;
/** Later there is only one poll after another, and a fault in any of them is like the faults before. */
const FAULTS_UNTIL_MS = 2 * HOUR_MS;

export function start({ protection, finalizedAtMs, givesIds = true, strangers = [] }: Setting): State {
  return {
    nowMs: START_MS,
    world: { protection, givesIds, accounts: strangers, pendingWork: [], unreadableUntilMs: 0 },
    links: finalizedAtMs.map((atMs, index) => ({
      record: readyLink(`lnk_${index + 1}`),
      pausedUntilMs: START_MS + atMs,
      pending: null,
      facts: NO_FACTS,
    })),
    owners: {},
  };
}

function readyLink(id: string): LinkRecord {
  const request = { customerId: CUSTOMER, accountId: null, redirectUri: null, language: "en" };
  const result = succeed({
    state: "ready" as const,
    providerState: { workflowGuid: "w", workflowCreatedAt: new Date(START_MS).toISOString() },
    linkToken: `link-${id}`,
    linkTokenLifeMs: 4 * HOUR_MS,
  });
  const preparing = beginLink({ id, provider: "cybrid", request, reference: null }, START_MS);
  return after(preparing, { type: "prepared", result }, START_MS);
}

export function ledgerModel(setting: Setting, machine: Machine = MACHINE): Model<State> {
  const { rules } = setting;
  return {
    next(state) {
      const index = nextIndex(state);
      if (index === null) return [];
      const nowMs = Math.max(state.nowMs, dueMs(linkAt(state, index)));
      return choices({ ...state, nowMs, world: carryOut(state.world, nowMs) }, index).map((choice) => ({
        ...choice,
        label: `${nowMs - START_MS} ms: ${choice.label}`,
      }));
    },
    nowMs: ({ nowMs }) => nowMs,
    endsWithinMs({ nowMs, world, links }) {
      const isEndless = world.accounts.some(({ settlesAtMs }) => settlesAtMs - nowMs > 8 * DAY_MS);
      const outageMs = Math.max(0, world.unreadableUntilMs - nowMs);
      const arrivesInMs = Math.max(...links.map(({ pausedUntilMs }) => pausedUntilMs - nowMs), 0);
      const isSlow = isEndless || rules.recovery === "replay";
      return arrivesInMs + outageMs + (isSlow ? 7 * DAY_MS + 2 * HOUR_MS : 3 * HOUR_MS);
    },
  };

  function choices(state: State, index: number): Choice<State>[] {
    checkWorld(state);
    const { nowMs } = state;
    const { record } = linkAt(state, index);
    if (record.status === "ready") {
      return [{ label: `${record.id} is finalized`, take: () => settle(finalize(state, index)) }];
    }
    if (record.status !== "finalizing") throw new Error(`a link that is ${record.status} has nothing to do`);
    const { task } = record;
    if (task.kind === "posting") {
      const event: LinkEvent = { type: "post_ended", result: null, rules };
      const take = () => settle(apply(state, index, { event, shown: null, atMs: nowMs }));
      return [{ label: "the crash is found", take }];
    }
    if (task.kind === "post") return [...postChoices(state, index), ...restarts(state)];
    const calls = callsOf(record, state);
    if (nowMs - record.startedAtMs > FAULTS_UNTIL_MS) calls.length = 1;
    return [
      ...calls.map((call) => ({ label: call.label, take: () => settle(begin(state, index, call)) })),
      ...restarts(state),
    ];
  }

  function restarts(state: State): Choice<State>[] {
    return [
      { label: "a restart", take: () => settle(crash(state)) },
      { label: "a restart, found late", take: () => settle(crash(state, FOUND_LATE_MS)) },
    ];
  }

  function callsOf(record: FinalizingLink, { world, owners, nowMs }: State): Call[] {
    const knownIds = new Set(machine.knowsOwners ? Object.keys(owners) : []);
    const context = { world, link: record, knownIds, rules, nowMs };
    switch (record.task.kind) {
      case "lookup":
      case "last_lookup":
        return lookupCalls(setting.lookups, context);
      case "verify":
        return ownershipCalls(READS, context);
      default:
        return readCalls(READS, context);
    }
  }

  function finalize(state: State, index: number): State {
    const { record } = linkAt(state, index);
    const taken = state.links.flatMap((other) => nameInDoubt(other.record) ?? []);
    const name = uniqueAccountName(SELECTION, 128, new Set(machine.keepsNamesApart ? taken : []));
    const event: LinkEvent = {
      type: "finalize",
      post: { body: bodyOf(record.id, name), name, selection: SELECTION },
    };
    return apply(state, index, { event, shown: null, atMs: state.nowMs });
  }

  /** The intent is stored, and then the call goes out. */
  function postChoices(state: State, index: number): Choice<State>[] {
    const intent: Pending = { event: { type: "post_begun", rules }, shown: null, atMs: state.nowMs };
    const take = (plan: PostPlan) => () => {
      const begun = apply(state, index, intent);
      const { record } = linkAt(begun, index);
      if (record.status !== "finalizing" || record.task.kind !== "posting") return settle(begun);
      const { body } = record.task.post;
      checkPost(begun, index, body);
      const { world, nowMs } = begun;
      const call = postCall(plan, body, { world, link: record, knownIds: new Set(), rules, nowMs });
      const link = linkAt(begun, index);
      const facts = factsAfterPost(link.facts, plan, nowMs);
      return settle(begin(replace(begun, index, { ...link, facts }), index, call));
    };
    return [MADE, ...setting.posts.filter((plan) => isPossible(plan, state, index))].map((plan) => ({
      label: `a post: ${plan.label}`,
      take: take(plan),
    }));
  }

  function begin(state: State, index: number, call: Call): State {
    const { world, event, shown, afterMs } = call;
    if (event === null) return crash({ ...state, world }, afterMs);
    const pending = { event, shown, atMs: state.nowMs + afterMs };
    return replace({ ...state, world }, index, { ...linkAt(state, index), pending });
  }

  /** Applies the answers that come before the next call begins. */
  function settle(state: State): State {
    const index = nextIndex(state);
    if (index === null) {
      checkWorld({ ...state, world: carryOut(state.world, Number.POSITIVE_INFINITY) });
      return state;
    }
    const { pending } = linkAt(state, index);
    if (!pending) return state;
    const world = carryOut(state.world, pending.atMs);
    return settle(apply({ ...state, world, nowMs: pending.atMs }, index, pending));
  }

  function apply(state: State, index: number, { event, shown }: Pending): State {
    const { nowMs } = state;
    const link = linkAt(state, index);
    const facts = factsAfterAnswer(link.facts, event, shown, link.record);
    const move = machine.transition(link.record, event, nowMs);
    if (move.kind === "unfit") {
      throw new ViolationError("every event fits the state that asked for it", `${event.type}, unfit`);
    }
    if (move.kind === "waits") {
      if (move.untilMs <= nowMs) throw new ViolationError("nothing spins", event.type);
      return replace(state, index, { ...link, facts, pending: null, pausedUntilMs: move.untilMs });
    }
    const next = { ...link, record: move.record, facts, pending: null, pausedUntilMs: 0 };
    const owners = checkMove(state, link, next, event);
    return replace({ ...state, owners }, index, next);
  }
}

/** A key that has succeeded is never rejected afterwards. */
function isPossible({ ending }: PostPlan, { world, links }: State, index: number): boolean {
  const isRejected =
    ending.kind === "failed" && !ending.result.ok && ending.result.failure.kind === "rejected";
  const hasSucceeded = world.accounts.some(({ linkId }) => linkId === links[index]?.record.id);
  return !(isRejected && world.protection === "key" && hasSucceeded);
}

/** What was only in memory is lost. */
function crash(state: State, foundAfterMs = 0): State {
  const links = state.links.map((link) => ({
    ...link,
    pending: null,
    pausedUntilMs: link.record.status === "ready" ? link.pausedUntilMs : 0,
  }));
  return { ...state, nowMs: state.nowMs + foundAfterMs, links };
}

function dueMs({ record, pending, pausedUntilMs }: ModelLink): number {
  if (pending) return pending.atMs;
  if (record.status === "ready") return pausedUntilMs;
  return record.status === "finalizing"
    ? Math.max(record.notBeforeMs, pausedUntilMs)
    : Number.POSITIVE_INFINITY;
}

/** The link whose turn it is; `null`: all have ended. */
function nextIndex({ links }: State): number | null {
  const dues = links.map(dueMs);
  const first = Math.min(...dues);
  return first === Number.POSITIVE_INFINITY ? null : dues.indexOf(first);
}

function linkAt({ links }: State, index: number): ModelLink {
  const link = links[index];
  if (!link) throw new Error(`there is no link ${index}`);
  return link;
}

function replace(state: State, index: number, link: ModelLink): State {
  return { ...state, links: state.links.map((one, at) => (at === index ? link : one)) };
}
