/** What must hold in every state that is reached. */
import assert from "node:assert/strict";
import type { LinkEvent } from "../../../../worker/ledger/link-machine.ts";
import { type FailedLink, type LinkRecord, nameInDoubt } from "../../../../worker/ledger/link-record.ts";
import {
  DOUBT_POSTS_MAX,
  EMPTY_LOOKUPS_BEFORE_POST,
  EMPTY_LOOKUPS_BEFORE_REJECTION,
  PROCESSING_MAX_MS,
  PUBLIC_TOKEN_LIFE_MS,
  REPLAY_REJECTIONS_BELIEVED,
} from "../../../../worker/limits.ts";
import { ViolationError } from "./explore.ts";
import { bodyOf, type ModelLink, publicTokenOf, type State } from "./ledger-state.ts";
import { contradicts, isDead } from "./world.ts";

function invariant(holds: boolean, rule: string, detail = ""): asserts holds {
  if (!holds) throw new ViolationError(rule, detail);
}

/** A post is about to go out. */
export function checkPost({ links, nowMs, world }: State, index: number, body: string): void {
  const link = links[index];
  assert(link?.record.status === "finalizing");
  const { record, facts } = link;
  const name = nameInDoubt(record);
  invariant(body === bodyOf(record.id, name ?? ""), "a repeat is byte for byte the same");
  const namesakes = links.filter(({ record }) => nameInDoubt(record) === name);
  invariant(
    namesakes.every(({ facts }) => facts.deadAtMs <= nowMs),
    "at most one possibly live post per name",
  );
  if (world.protection === "key" || facts.lostPosts === 0) return;
  invariant(!facts.hasContradiction, "a contradicting account forbids another post");
  invariant(facts.lostPosts < DOUBT_POSTS_MAX, "at most four posts");
  invariant(
    facts.emptyLookups >= EMPTY_LOOKUPS_BEFORE_POST,
    "two late, complete, empty lookups before another post",
    `${facts.emptyLookups} lookups`,
  );
  invariant(nowMs - record.startedAtMs < PUBLIC_TOKEN_LIFE_MS, "no post after the public token's end");
}

/** The provider's accounts, whatever the ledger knows of them. */
export function checkWorld({ world, links }: State): void {
  for (const { record } of links) {
    const alive = world.accounts.filter((account) => account.linkId === record.id && !isDead(account));
    invariant(alive.length <= 1, "no account is doubled", alive.map(({ guid }) => guid).join(", "));
  }
}

/** A record is about to be stored. Returns the table of accounts as it is stored with it. */
export function checkMove(
  state: State,
  before: ModelLink,
  after: ModelLink,
  event: LinkEvent,
): State["owners"] {
  checkIdentity(before.record, after.record);
  checkTokens(after.record);
  if (after.record.status === "linked") checkLinked(state, after);
  if (after.record.status === "failed") checkFailed(state, before.record, after, after.record);
  return checkOwner(state, after.record, event);
}

export function checkIdentity(before: LinkRecord, after: LinkRecord): void {
  const identity = ({ id, provider, request, reference, createdAtMs }: LinkRecord) =>
    JSON.stringify({ id, provider, request, reference, createdAtMs });
  invariant(identity(before) === identity(after), "a link keeps its identity");
}

export function checkTokens(record: LinkRecord): void {
  const text = JSON.stringify(record);
  const isPosting =
    record.status === "finalizing" && ["post", "posting", "lookup"].includes(record.task.kind);
  invariant(
    isPosting || !text.includes(publicTokenOf(record.id)),
    "no token outlives its use",
    "public token",
  );
  invariant(record.status === "ready" || !text.includes(`link-${record.id}`), "no token outlives its use");
}

function checkOwner({ world, owners }: State, record: LinkRecord, event: LinkEvent): State["owners"] {
  const account = accountOf(record);
  if (!account?.id) return owners;
  const made = world.accounts.find(({ guid }) => guid === account.id);
  const owner = owners[account.id];
  invariant(owner === undefined || owner === record.id, "an account belongs to one link", account.id);
  invariant(made?.linkId === record.id, "no link adopts an account that is not its own", account.id);
  invariant(
    event.type !== "looked_up" || !contradicts(made),
    "an account that contradicts Link is not adopted",
    account.id,
  );
  return { ...owners, [account.id]: record.id };
}

function checkLinked({ world, nowMs }: State, { record }: ModelLink): void {
  assert(record.status === "linked");
  const { account } = record;
  const made = world.accounts.find(({ guid }) => guid === account.id || account.id === null);
  invariant(made !== undefined, "linked names an account that the provider holds");
  const status = made.settlesAtMs > nowMs ? "storing" : made.state;
  const states = { active: "completed", unverified: "unverified" } as Record<string, string>;
  invariant(
    states[account.status] === status,
    "linked reports the account as it was read",
    `${account.status}, ${status}`,
  );
}

function checkFailed(
  { world, nowMs }: State,
  before: LinkRecord,
  { facts }: ModelLink,
  record: FailedLink,
): void {
  assert(before.status === "finalizing");
  const { account, problem, doubtful } = record;
  const waitedMs = nowMs - before.startedAtMs;
  const own = world.accounts.filter(({ linkId, guid }) => linkId === record.id && guid !== account?.id);
  const mayTurnUp =
    own.some((one) => !isDead(one)) || world.pendingWork.some(({ linkId }) => linkId === record.id);
  invariant(!mayTurnUp || doubtful !== null, "an account that may still turn up is watched for");
  const isGivenUp = problem.code === "provider_timeout" && waitedMs >= PROCESSING_MAX_MS;
  for (const made of world.accounts) {
    const isKnown = made.guid === account?.id || facts.shownAlive.includes(made.guid);
    invariant(!isKnown || isDead(made) || isGivenUp, "a live account is never reported as failed", made.guid);
  }
  if (facts.lostPosts === 0 || facts.isSettled || isGivenUp) return;
  const rule = "a failure after a lost post is believed only after a last lookup";
  if (world.protection === "key") {
    // One key makes one account, so a dead one has no sibling.
    invariant(
      account !== null || facts.rejections >= REPLAY_REJECTIONS_BELIEVED,
      rule,
      `${facts.rejections} rejections`,
    );
    return;
  }
  const isTokenDead = waitedMs >= PUBLIC_TOKEN_LIFE_MS;
  const { emptyLookups, completeLookups, hasContradiction } = facts;
  if (account) invariant(completeLookups > 0 || isTokenDead, rule, `${account.status}`);
  else if (problem.code === "provider_timeout") {
    const isAbsent = emptyLookups >= EMPTY_LOOKUPS_BEFORE_POST || hasContradiction;
    invariant(isTokenDead && isAbsent, rule, `${emptyLookups} lookups, ${waitedMs} ms`);
  } else invariant(emptyLookups >= EMPTY_LOOKUPS_BEFORE_REJECTION, rule, `${emptyLookups} lookups`);
}

function accountOf(record: LinkRecord) {
  if (record.status === "linked" || record.status === "failed") return record.account;
  return record.status === "finalizing" && "account" in record.task ? record.task.account : null;
}
