/** Machines with one wrong rule each. The exploration must notice every one of them. */
import { type LinkEvent, transition } from "../../../../worker/ledger/link-machine.ts";
import type { FinalizingLink, LinkRecord, Task } from "../../../../worker/ledger/link-record.ts";
import { failed, type Move, waits } from "../../../../worker/ledger/moves.ts";
import { REPLAY_REJECTIONS_BELIEVED } from "../../../../worker/limits.ts";
import { bareAccount } from "../../../../worker/providers/bare-account.ts";
import { type Lookup, notDone, reject, succeed } from "../../../../worker/providers/provider.ts";
import { DEAD_MS, replay } from "../links.ts";
import { MISSING_PAGES, UNREADABLE } from "./calls.ts";
import { MACHINE, type Machine, type Setting } from "./ledger-model.ts";
import { CONTRADICTING, LISTED_TOO_LATE, LOST } from "./posts.ts";
import {
  FAILING_LATER,
  NAMESAKE,
  REFUSING,
  REPEATED_LOSSES,
  REPLAYING,
  TWO_LINKS,
  UNPROTECTED,
} from "./settings.ts";

export interface WrongRule {
  machine: Machine;
  setting: Setting;
  faults: number;
  /** The invariant that breaks first. */
  breaks: string;
}

type Event<Type extends LinkEvent["type"]> = Extract<LinkEvent, { type: Type }>;
type TaskOf<Kind extends Task["kind"]> = Extract<Task, { kind: Kind }>;

/** Shows the machine another event than the one that happened. */
function withEvent(change: (event: LinkEvent, task: Task | null, nowMs: number) => LinkEvent): Machine {
  return changed((record, event, nowMs) => transition(record, change(event, taskOf(record), nowMs), nowMs));
}

/** Replaces what the machine decided. */
function withMove(
  change: (move: Move & { kind: "moved" }, record: LinkRecord, event: LinkEvent, nowMs: number) => Move,
): Machine {
  return changed((record, event, nowMs) => {
    const move = transition(record, event, nowMs);
    return move.kind === "moved" ? change(move, record, event, nowMs) : move;
  });
}

/** Replaces what the machine decided, where it leads to that kind of task. */
function withTask<Kind extends Task["kind"]>(
  kind: Kind,
  change: (link: FinalizingLink, task: TaskOf<Kind>, nowMs: number) => LinkRecord | Move,
): Machine {
  return withMove((move, _record, _event, nowMs) => {
    const { record } = move;
    if (record.status !== "finalizing" || record.task.kind !== kind) return move;
    const other = change(record, record.task as TaskOf<Kind>, nowMs);
    return "kind" in other ? other : { kind: "moved", record: other };
  });
}

function changed(wrong: Machine["transition"]): Machine {
  return { ...MACHINE, transition: wrong };
}

function taskOf(record: LinkRecord): Task | null {
  return record.status === "finalizing" ? record.task : null;
}

function withLookup(change: (event: Event<"looked_up">, task: Task | null) => LinkEvent): Machine {
  return withEvent((event, task) => (event.type === "looked_up" ? change(event, task) : event));
}

function withPostEnded(change: (event: Event<"post_ended">) => LinkEvent): Machine {
  return withEvent((event) => (event.type === "post_ended" ? change(event) : event));
}

const EMPTY = succeed<Lookup>({ found: "nothing", isComplete: true });
const ONE_ALIVE = "at most one possibly live post per name";
const TWO_EMPTY = "two late, complete, empty lookups before another post";
const BELIEVED = "a failure after a lost post is believed only after a last lookup";
const TURNS_UP = "an account that may still turn up is watched for";
const ENDS = "every path ends";

const ADOPTS_CONTRADICTIONS = withLookup((event) => {
  if (!event.result.ok || event.result.value.found !== "contradiction") return event;
  const id = event.result.value.accountId;
  const account = { ...bareAccount({ id, provider: "cybrid", status: "processing" }), id };
  return { ...event, result: succeed<Lookup>({ found: "account", account, isComplete: true }) };
});

export const WRONG_RULES: Record<string, WrongRule> = {
  "early lookups count as empty": {
    machine: withLookup((event, task) =>
      task?.kind === "lookup" ? { ...event, beganAtMs: task.doubt.deadAtMs } : event,
    ),
    setting: UNPROTECTED,
    faults: 1,
    breaks: ONE_ALIVE,
  },
  "one empty lookup is enough": {
    machine: withTask("lookup", (link, { post, doubt, emptyLookups, rejection }, nowMs) =>
      emptyLookups === 1 && rejection === null
        ? { ...link, task: { kind: "post", post, doubt }, notBeforeMs: nowMs }
        : link,
    ),
    setting: UNPROTECTED,
    faults: 1,
    breaks: TWO_EMPTY,
  },
  "two lookups come at once": {
    machine: withTask("lookup", (link, { emptyLookups }, nowMs) =>
      emptyLookups > 0 ? { ...link, notBeforeMs: nowMs + 1 } : link,
    ),
    setting: UNPROTECTED,
    faults: 1,
    breaks: TWO_EMPTY,
  },
  "an incomplete lookup counts as empty": {
    machine: withLookup((event, task) =>
      task?.kind === "lookup" && event.result.ok && event.result.value.found === "nothing"
        ? { ...event, result: EMPTY }
        : event,
    ),
    setting: { ...UNPROTECTED, posts: LOST, lookups: MISSING_PAGES },
    faults: 3,
    breaks: TWO_EMPTY,
  },
  "a failed lookup counts as empty": {
    machine: withLookup((event, task) =>
      task?.kind === "lookup" && !event.result.ok ? { ...event, result: EMPTY } : event,
    ),
    setting: { ...UNPROTECTED, posts: LOST, lookups: [UNREADABLE] },
    faults: 3,
    breaks: TWO_EMPTY,
  },
  "a lookup counts from its answer, not its beginning": {
    machine: withEvent((event, _task, nowMs) =>
      event.type === "looked_up" ? { ...event, beganAtMs: nowMs } : event,
    ),
    setting: UNPROTECTED,
    faults: 2,
    breaks: TWO_EMPTY,
  },
  "the quiet period does not double": {
    machine: withTask("lookup", (link, task) => {
      const { doubt } = task;
      return {
        ...link,
        task: { ...task, doubt: { ...doubt, deadAtMs: Math.min(doubt.deadAtMs, doubt.lostAtMs + DEAD_MS) } },
      };
    }),
    setting: REPEATED_LOSSES,
    faults: 2,
    breaks: TWO_EMPTY,
  },
  "there is no margin": {
    machine: withTask("lookup", (link, task) => ({
      ...link,
      task: { ...task, doubt: { ...task.doubt, deadAtMs: task.doubt.lostAtMs } },
    })),
    setting: { ...UNPROTECTED, posts: LOST },
    faults: 1,
    breaks: ONE_ALIVE,
  },
  "posts are not counted": {
    machine: withTask("lookup", (link, task) => ({
      ...link,
      task: { ...task, doubt: { ...task.doubt, lostPosts: Math.min(task.doubt.lostPosts, 3) } },
    })),
    setting: REPEATED_LOSSES,
    faults: 4,
    breaks: "at most four posts",
  },
  "a lost post is taken for one that did nothing": {
    machine: withPostEnded((event) =>
      event.result && !event.result.ok && event.result.failure.kind === "unknown"
        ? { ...event, result: notDone("provider_unavailable") }
        : event,
    ),
    setting: UNPROTECTED,
    faults: 1,
    breaks: ONE_ALIVE,
  },
  "a lost post is taken for a rejected one": {
    machine: withPostEnded((event) =>
      event.result && !event.result.ok && event.result.failure.kind === "unknown"
        ? { ...event, result: reject("provider_rejected") }
        : event,
    ),
    setting: UNPROTECTED,
    faults: 1,
    breaks: TURNS_UP,
  },
  "a post cut off by a crash is taken for one that did nothing": {
    machine: withPostEnded((event) =>
      event.result === null ? { ...event, result: notDone("provider_unavailable") } : event,
    ),
    setting: UNPROTECTED,
    faults: 1,
    breaks: ONE_ALIVE,
  },
  "the public token never dies": {
    machine: withEvent((event) => (event.type === "post_begun" ? { ...event, rules: replay } : event)),
    setting: UNPROTECTED,
    faults: 2,
    breaks: "no post after the public token's end",
  },
  "a contradicting account is adopted": {
    machine: ADOPTS_CONTRADICTIONS,
    setting: { ...UNPROTECTED, posts: CONTRADICTING },
    faults: 1,
    breaks: "an account that contradicts Link is not adopted",
  },
  "another party's account is adopted": {
    machine: ADOPTS_CONTRADICTIONS,
    setting: NAMESAKE,
    faults: 1,
    breaks: "no link adopts an account that is not its own",
  },
  "a contradicting account counts as none": {
    machine: withLookup((event) =>
      event.result.ok && event.result.value.found === "contradiction" ? { ...event, result: EMPTY } : event,
    ),
    setting: { ...UNPROTECTED, posts: CONTRADICTING },
    faults: 1,
    breaks: "a contradicting account forbids another post",
  },
  "a contradicting account is forgotten": {
    machine: withTask("lookup", (link, task) => ({ ...link, task: { ...task, contradictingId: null } })),
    setting: { ...UNPROTECTED, posts: CONTRADICTING },
    faults: 1,
    breaks: "a contradicting account forbids another post",
  },
  "a rejected repeat is believed at once": {
    machine: withTask("lookup", (link, { rejection, doubt }, nowMs) =>
      rejection ? failed(link, rejection, nowMs, { doubt }) : link,
    ),
    setting: REFUSING,
    faults: 1,
    breaks: BELIEVED,
  },
  "a rejected repeat is believed after two lookups": {
    machine: withMove((move, record, _event, nowMs) => {
      const { record: next } = move;
      if (next.status !== "finalizing" || next.task.kind !== "lookup") return move;
      const { rejection, emptyLookups, doubt } = next.task;
      return rejection && emptyLookups === 2 && record.status === "finalizing"
        ? failed(record, rejection, nowMs, { doubt })
        : move;
    }),
    setting: REFUSING,
    faults: 1,
    breaks: BELIEVED,
  },
  "there is no last lookup": {
    machine: withTask("last_lookup", (link, { code, account, doubt }, nowMs) =>
      failed(link, code, nowMs, { account, doubt }),
    ),
    setting: FAILING_LATER,
    faults: 1,
    breaks: BELIEVED,
  },
  "a failed last lookup is believed": {
    machine: withLookup((event, task) =>
      task?.kind === "last_lookup" && !event.result.ok ? { ...event, result: EMPTY } : event,
    ),
    setting: FAILING_LATER,
    faults: 2,
    breaks: BELIEVED,
  },
  "an incomplete last lookup is believed": {
    machine: withLookup((event, task) =>
      task?.kind === "last_lookup" && event.result.ok && event.result.value.found === "nothing"
        ? { ...event, result: EMPTY }
        : event,
    ),
    setting: FAILING_LATER,
    faults: 2,
    breaks: BELIEVED,
  },
  "a live sibling does not win": {
    machine: withLookup((event, task) =>
      task?.kind === "last_lookup" ? { ...event, result: EMPTY } : event,
    ),
    setting: { ...FAILING_LATER, posts: LISTED_TOO_LATE, lookups: [] },
    faults: 1,
    breaks: "a live account is never reported as failed",
  },
  "a live sibling does not win while it is in processing": {
    machine: withLookup((event, task) => {
      const isProcessing =
        event.result.ok &&
        event.result.value.found === "account" &&
        event.result.value.account.status === "processing";
      return task?.kind === "last_lookup" && isProcessing ? { ...event, result: EMPTY } : event;
    }),
    setting: { ...FAILING_LATER, posts: LISTED_TOO_LATE, lookups: [] },
    faults: 1,
    breaks: "a live account is never reported as failed",
  },
  "a failed link forgets that an account may turn up": {
    machine: withMove((move) =>
      move.record.status === "failed" ? { kind: "moved", record: { ...move.record, doubtful: null } } : move,
    ),
    setting: FAILING_LATER,
    faults: 1,
    breaks: TURNS_UP,
  },
  "an account is linked while it is in processing": {
    machine: withEvent((event) => {
      if (event.type !== "post_ended" || !event.result?.ok) return event;
      return { ...event, result: succeed({ ...event.result.value, status: "active" as const }) };
    }),
    setting: UNPROTECTED,
    faults: 0,
    breaks: "linked reports the account as it was read",
  },
  "a failed read gives an account up": {
    machine: changed((record, event, nowMs) => {
      const task = taskOf(record);
      return event.type === "account_read" && !event.result.ok && task?.kind === "follow"
        ? failed(record as FinalizingLink, event.result.failure.code, nowMs, { account: task.account })
        : transition(record, event, nowMs);
    }),
    setting: UNPROTECTED,
    faults: 1,
    breaks: "a live account is never reported as failed",
  },
  "the public token is kept beside the account": {
    machine: withTask("follow", (link, task) => ({
      ...link,
      task: { ...task, sent: { ...task.sent, body: "public-lnk_1" } as typeof task.sent },
    })),
    setting: UNPROTECTED,
    faults: 0,
    breaks: "no token outlives its use",
  },
  "a poll follows another without a pause": {
    machine: changed((record, event, nowMs) => {
      const move = transition(record, event, nowMs);
      return move.kind === "waits" ? waits(nowMs) : move;
    }),
    setting: UNPROTECTED,
    faults: 1,
    breaks: "nothing spins",
  },
  "a search never ends": {
    machine: withMove((move, record, event, nowMs) =>
      move.record.status === "failed" && event.type === "looked_up" && taskOf(record)?.kind === "lookup"
        ? waits(nowMs + 60_000)
        : move,
    ),
    setting: { ...UNPROTECTED, posts: CONTRADICTING },
    faults: 1,
    breaks: ENDS,
  },
  "a task is repeated for ever": {
    machine: withMove((move, record) =>
      taskOf(record)?.kind === "last_lookup" ? { kind: "moved", record } : move,
    ),
    setting: FAILING_LATER,
    faults: 1,
    breaks: ENDS,
  },
  "two links use the same name": {
    machine: { ...MACHINE, keepsNamesApart: false },
    setting: { ...TWO_LINKS, finalizedAtMs: [0, 45_000] },
    faults: 2,
    breaks: "an account belongs to one link",
  },
  "a search considers accounts of other links": {
    machine: { ...MACHINE, knowsOwners: false },
    setting: { ...TWO_LINKS, finalizedAtMs: [0, 60_000] },
    faults: 1,
    breaks: "an account belongs to one link",
  },
  "a repeat by key does not wait until the first call is dead": {
    machine: withTask("post", (link, _task, nowMs) => ({ ...link, notBeforeMs: nowMs })),
    setting: REPLAYING,
    faults: 1,
    breaks: ONE_ALIVE,
  },
  "a repeat by key has another body": {
    machine: withTask("post", (link, task) => ({
      ...link,
      task: { ...task, post: { ...task.post, body: `${task.post.body} ` } },
    })),
    setting: REPLAYING,
    faults: 1,
    breaks: "a repeat is byte for byte the same",
  },
  "a rejected repeat by key is believed at once": {
    machine: changed((record, event, nowMs) => {
      const task = taskOf(record);
      if (task?.kind !== "posting" || !task.doubt) return transition(record, event, nowMs);
      const doubt = { ...task.doubt, rejections: REPLAY_REJECTIONS_BELIEVED - 1 };
      return transition({ ...(record as FinalizingLink), task: { ...task, doubt } }, event, nowMs);
    }),
    setting: REPLAYING,
    faults: 2,
    breaks: BELIEVED,
  },
};
