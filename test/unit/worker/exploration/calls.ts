/** The call of each step, and how it may end: first without a fault, then with each fault. */
import type { LinkEvent } from "../../../../worker/ledger/link-machine.ts";
import type { FinalizingLink } from "../../../../worker/ledger/link-record.ts";
import type { Rules } from "../../../../worker/ledger/moves.ts";
import { PUBLIC_TOKEN_LIFE_MS } from "../../../../worker/limits.ts";
import { findCreatedAccount } from "../../../../worker/providers/cybrid/find-account.ts";
import { lose, notDone, type Result, reject, succeed } from "../../../../worker/providers/provider.ts";
import { TIMEOUT_MS } from "../links.ts";
import type { PostPlan } from "./posts.ts";
import {
  accountOfPost,
  CUSTOMER,
  carryOut,
  isDead,
  read,
  toExternal,
  type World,
  type WorldAccount,
} from "./world.ts";

export interface Call {
  label: string;
  /** After the call. */
  world: World;
  /** `null`: the object dies under the call. */
  event: LinkEvent | null;
  /** For a lookup that was answered. */
  shown: Shown | null;
  /** Until the answer comes, or until the crash is found. */
  afterMs: number;
}

/** What a lookup really showed. */
export interface Shown {
  isComplete: boolean;
  isEmpty: boolean;
  isContradiction: boolean;
  aliveId: string | null;
}

interface Context {
  world: World;
  link: FinalizingLink;
  knownIds: ReadonlySet<string>;
  rules: Rules;
  nowMs: number;
}

const ANSWER_MS = 100;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const unavailable = (nowMs: number) => lose("provider_unavailable", { sentAtMs: nowMs, hasEnded: false });

export function postCall(plan: PostPlan, body: string, { world, link, rules, nowMs }: Context): Call {
  const { label, ending, afterMs } = plan;
  const { linkId, name }: { linkId: string; name: string } = JSON.parse(body);
  const tokenDiesAtMs = link.startedAtMs + PUBLIC_TOKEN_LIFE_MS;
  const work = plan.work && {
    linkId,
    name,
    atMs: nowMs + plan.work.afterMs,
    traits: plan.work.traits,
    tokenDiesAtMs,
  };
  const after = work ? carryOut({ ...world, pendingWork: [...world.pendingWork, work] }, nowMs) : world;
  const call = { label, world: after, shown: null, afterMs };
  const ended = (result: Extract<LinkEvent, { type: "post_ended" }>["result"]): Call => ({
    ...call,
    event: { type: "post_ended", result, rules },
  });
  switch (ending.kind) {
    case "crash":
      return { ...call, event: null };
    case "failed":
      return ended(ending.result);
    case "lost": {
      const { hasEnded, retryAfterMs } = ending;
      const code = afterMs === TIMEOUT_MS ? "provider_timeout" : "provider_unavailable";
      return ended(lose(code, { sentAtMs: nowMs, hasEnded, retryAfterMs }));
    }
    case "answered": {
      const account = accountOfPost(after, linkId, nowMs);
      if (!account) return ended(reject("provider_rejected"));
      const named = read(account, nowMs);
      return ended(succeed(world.givesIds ? named : { ...named, id: null }));
    }
  }
}

export interface LookupPlan {
  label: string;
  list: "complete" | "first_page" | "pages_without_it" | "unreadable";
  afterMs?: number;
  failure?: Result<never>;
  /** From now on, every read fails for that long. */
  outageMs?: number;
}

const COMPLETE: LookupPlan = { label: "a lookup", list: "complete" };

export const MISSING_PAGES: LookupPlan[] = [
  { label: "a lookup that misses the pages with the account", list: "pages_without_it" },
  { label: "a lookup that misses other pages", list: "first_page" },
];
export const UNREADABLE: LookupPlan = { label: "a lookup that fails", list: "unreadable" };
export const LOOKUPS: LookupPlan[] = [
  ...MISSING_PAGES,
  UNREADABLE,
  {
    label: "a lookup, 429 with a long pause",
    list: "unreadable",
    failure: notDone("provider_unavailable", HOUR_MS),
  },
  { label: "a slow lookup", list: "complete", afterMs: TIMEOUT_MS },
];

export const OUTAGES: LookupPlan[] = [
  {
    label: "a list that cannot be read until the token has died",
    list: "unreadable",
    outageMs: 31 * MINUTE_MS,
  },
  { label: "a list that cannot be read for eight days", list: "unreadable", outageMs: 8 * DAY_MS },
];

export function lookupCalls(plans: readonly LookupPlan[], context: Context): Call[] {
  return [COMPLETE, ...plans].map((plan) => lookupCall(plan, context));
}

function lookupCall(plan: LookupPlan, { world, link, knownIds, rules, nowMs }: Context): Call {
  const { label, list, afterMs = ANSWER_MS, failure = unavailable(nowMs), outageMs } = plan;
  const call = {
    label,
    afterMs,
    world: outageMs ? { ...world, unreadableUntilMs: nowMs + outageMs } : world,
  };
  const lookedUp = (result: Extract<LinkEvent, { type: "looked_up" }>["result"]): LinkEvent => ({
    type: "looked_up",
    result,
    beganAtMs: nowMs,
    rules,
  });
  const { task } = link;
  if (task.kind !== "lookup" && task.kind !== "last_lookup")
    throw new Error(`${task.kind} has nothing to look up`);
  if (list === "unreadable" || nowMs < world.unreadableUntilMs) {
    return { ...call, event: lookedUp(failure), shown: null };
  }
  const sent = task.kind === "lookup" ? task.post : task.sent;
  const isComplete = list === "complete";
  const listed = list === "pages_without_it" ? [] : world.accounts.filter((one) => one.listedFromMs <= nowMs);
  const accounts = listed.map((account) => toExternal(account, nowMs));
  const lookup = findCreatedAccount(
    { accounts, isComplete },
    {
      customerId: CUSTOMER,
      name: sent.name,
      selection: sent.selection,
      providerState: link.providerState,
      linkCreatedAtMs: link.createdAtMs,
      knownIds,
    },
  );
  const found = lookup.found === "account" ? find(world, lookup.account.id) : null;
  const shown = {
    isComplete,
    isEmpty: lookup.found === "nothing",
    isContradiction: lookup.found === "contradiction",
    aliveId: found && !(isDead(found) && found.settlesAtMs <= nowMs) ? found.guid : null,
  };
  return { ...call, event: lookedUp(succeed(lookup)), shown };
}

interface ReadPlan {
  label: string;
  failure?: Result<never>;
  becomes?: WorldAccount["state"];
}

export const READS: ReadPlan[] = [
  { label: "a read that fails", failure: unavailable(0) },
  { label: "a read that finds nothing", failure: reject("not_found") },
  { label: "a read, 429 with a long pause", failure: notDone("provider_unavailable", HOUR_MS) },
  { label: "a read after the connection has expired", becomes: "refresh_required" },
  { label: "a read after the account was removed", becomes: "deleted" },
];

export function readCalls(plans: readonly ReadPlan[], context: Context): Call[] {
  return [{ label: "a read" }, ...plans].map((plan: ReadPlan) => {
    const { world, rules } = context;
    const { result, after } = readAccount(plan, context);
    const event: LinkEvent = { type: "account_read", result, rules };
    return { label: plan.label, world: { ...world, ...after }, event, shown: null, afterMs: ANSWER_MS };
  });
}

export function ownershipCalls(plans: readonly ReadPlan[], context: Context): Call[] {
  const ended = { label: "a check that has ended", running: false };
  const passed = { label: "a check that has passed", running: false, becomes: "completed" as const };
  const running = { label: "a check that runs", running: true };
  return [ended, passed, running, ...plans.map((plan) => ({ ...plan, running: false }))].map((plan) => {
    const { result, after } = readAccount(plan, context);
    const event: LinkEvent = {
      type: "ownership_read",
      result: result.ok ? succeed({ running: plan.running, account: result.value }) : result,
    };
    return {
      label: plan.label,
      world: { ...context.world, ...after },
      event,
      shown: null,
      afterMs: ANSWER_MS,
    };
  });
}

function readAccount({ failure, becomes }: ReadPlan, { world, link, nowMs }: Context) {
  const { task } = link;
  if (!("account" in task)) throw new Error(`${task.kind} has no account to read`);
  if (failure || nowMs < world.unreadableUntilMs) return { result: failure ?? unavailable(nowMs), after: {} };
  const account = find(world, task.account.id);
  const changed = becomes ? { ...account, state: becomes, settlesAtMs: nowMs } : account;
  const accounts = world.accounts.map((one) => (one === account ? changed : one));
  return { result: succeed(read(changed, nowMs)), after: { accounts } };
}

function find(world: World, id: string): WorldAccount {
  const account = world.accounts.find(({ guid }) => guid === id);
  if (!account) throw new Error(`${id} was never made`);
  return account;
}
