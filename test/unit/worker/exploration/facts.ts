/** What really happened to a link, kept apart from its record, so that the record can be checked against it. Pure. */
import type { Account } from "../../../../worker/contract.ts";
import type { LinkEvent } from "../../../../worker/ledger/link-machine.ts";
import type { LinkRecord } from "../../../../worker/ledger/link-record.ts";
import type { Failure } from "../../../../worker/providers/provider.ts";
import { DEAD_MS, TIMEOUT_MS } from "../links.ts";
import type { Shown } from "./calls.ts";
import type { PostPlan } from "./posts.ts";

export interface Facts {
  /** When the last post went out. */
  sentAtMs: number;
  /** Posts whose answer was lost, and when the last of these went out. */
  lostPosts: number;
  lostSentAtMs: number;
  /** From then on the provider is surely not at work on any post. */
  deadAtMs: number;
  /** Late, complete, empty lookups since the last loss or rejection, a time-out apart. */
  emptyLookups: number;
  /** No earlier one counts. */
  nextEmptyLookupAtMs: number;
  /** Complete lookups since the last loss or rejection, or since an account was read as dead. */
  completeLookups: number;
  /** Rejections since the first loss. */
  rejections: number;
  hasContradiction: boolean;
  /** Accounts that a complete lookup showed alive. */
  shownAlive: string[];
  /** A working account was read, so nothing is in doubt any more. */
  isSettled: boolean;
}

export const NO_FACTS: Facts = {
  sentAtMs: 0,
  lostPosts: 0,
  lostSentAtMs: 0,
  deadAtMs: 0,
  emptyLookups: 0,
  nextEmptyLookupAtMs: 0,
  completeLookups: 0,
  rejections: 0,
  hasContradiction: false,
  shownAlive: [],
  isSettled: false,
};

export function factsAfterPost(facts: Facts, { ending, afterMs }: PostPlan, nowMs: number): Facts {
  const sent = { ...facts, sentAtMs: nowMs };
  switch (ending.kind) {
    case "failed":
      return sent;
    case "answered":
      return { ...sent, deadAtMs: nowMs + afterMs };
    case "lost":
      return { ...sent, deadAtMs: nowMs + (ending.hasEnded ? afterMs : DEAD_MS) };
    case "crash":
      return { ...sent, deadAtMs: nowMs + DEAD_MS };
  }
}

/** `record`: before the answer. */
export function factsAfterAnswer(
  facts: Facts,
  event: LinkEvent,
  shown: Shown | null,
  record: LinkRecord,
): Facts {
  switch (event.type) {
    case "post_ended":
      return event.result?.ok
        ? factsAfterReading(facts, event.result.value)
        : factsAfterFailedPost(facts, event.result?.failure.kind ?? "unknown");
    case "account_read":
      return event.result.ok ? factsAfterReading(facts, event.result.value) : facts;
    case "ownership_read":
      return event.result.ok ? factsAfterReading(facts, event.result.value.account) : facts;
    case "looked_up": {
      if (!event.result.ok || !shown) return facts;
      const after = factsAfterLookup(facts, event.beganAtMs, shown);
      const lookup = event.result.value;
      // A dead account that the last lookup finds needs no further one.
      const isLast = record.status === "finalizing" && record.task.kind === "last_lookup";
      return lookup.found === "account" && !isLast ? factsAfterReading(after, lookup.account) : after;
    }
    default:
      return facts;
  }
}

function factsAfterFailedPost(facts: Facts, kind: Failure["kind"]): Facts {
  switch (kind) {
    case "unknown":
      return {
        ...facts,
        lostPosts: facts.lostPosts + 1,
        lostSentAtMs: facts.sentAtMs,
        emptyLookups: 0,
        completeLookups: 0,
      };
    case "rejected":
      if (facts.lostPosts === 0) return facts;
      return {
        ...facts,
        rejections: facts.rejections + 1,
        emptyLookups: 0,
        nextEmptyLookupAtMs: facts.sentAtMs + TIMEOUT_MS,
        completeLookups: 0,
      };
    case "not_done":
      return facts;
  }
}

/** A working account settles the doubt; after a dead one, only a later lookup shows whether a sibling lives. */
function factsAfterReading(facts: Facts, { status }: Account): Facts {
  if (status === "processing") return facts;
  if (status === "active" || status === "unverified") return { ...facts, isSettled: true };
  return { ...facts, completeLookups: 0 };
}

function factsAfterLookup(facts: Facts, beganAtMs: number, shown: Shown): Facts {
  const { isComplete, isEmpty, isContradiction, aliveId } = shown;
  const isLate = beganAtMs >= Math.max(quietUntilMs(facts), facts.nextEmptyLookupAtMs);
  const isCounted = isComplete && isEmpty && isLate;
  const isNews = isComplete && aliveId !== null && !facts.shownAlive.includes(aliveId);
  return {
    ...facts,
    emptyLookups: facts.emptyLookups + (isCounted ? 1 : 0),
    nextEmptyLookupAtMs: isCounted ? beganAtMs + TIMEOUT_MS : facts.nextEmptyLookupAtMs,
    completeLookups: facts.completeLookups + (isComplete ? 1 : 0),
    hasContradiction: facts.hasContradiction || isContradiction,
    shownAlive: isNews ? [...facts.shownAlive, aliveId] : facts.shownAlive,
  };
}

/** The time-out and a margin after the last lost post went out, each time twice as long. */
function quietUntilMs({ lostPosts, lostSentAtMs }: Facts): number {
  return lostPosts === 0 ? 0 : lostSentAtMs + DEAD_MS * 2 ** (lostPosts - 1);
}
