import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Account } from "../../../worker/contract.ts";
import { dueAtMs, type LinkEvent, settled, transition } from "../../../worker/ledger/link-machine.ts";
import type { LinkRecord } from "../../../worker/ledger/link-record.ts";
import {
  DOUBT_POSTS_MAX,
  EARLY_LOOKUPS_MS,
  OWNERSHIP_WAIT_MS,
  PROCESSING_MAX_MS,
  PUBLIC_TOKEN_LIFE_MS,
  WORKFLOW_MAX_MS,
} from "../../../worker/limits.ts";
import {
  type Lookup,
  lose,
  notDone,
  type Preparation,
  type Result,
  reject,
  succeed,
} from "../../../worker/providers/provider.ts";
import {
  account,
  after,
  DEAD_MS,
  finalizing,
  pauseAfter,
  post,
  posting,
  preparing,
  ready,
  replay,
  search,
  TIMEOUT_MS,
  taskOf,
} from "./links.ts";

const prepared = (result: Result<Preparation>): LinkEvent => ({ type: "prepared", result });
const postEnded = (result: Result<Account> | null, rules = search): LinkEvent => ({
  type: "post_ended",
  result,
  rules,
});
const lost = (sentAtMs: number, hasEnded = false) => lose("provider_unavailable", { sentAtMs, hasEnded });

describe("preparing", () => {
  test("a pending workflow is asked for again, and remembered", () => {
    const pending = succeed({ state: "pending" as const, providerState: { workflowGuid: "w" } });
    const next = after(preparing(), prepared(pending), 10);
    assert.equal(next.status, "preparing");
    assert.deepEqual(next.status === "preparing" && next.providerState, { workflowGuid: "w" });
    assert.equal(dueAtMs(next), 10 + 154);
    assert.equal(pauseAfter(next, prepared(pending), 1_000), 1_000 + 550);
  });

  test("a workflow that takes longer than a minute has failed", () => {
    const pending = succeed({ state: "pending" as const, providerState: {} });
    const next = after(preparing(), prepared(pending), WORKFLOW_MAX_MS);
    assert.equal(next.status === "failed" && next.problem.code, "provider_timeout");
  });

  test("a read that failed for now is only a poll that saw nothing", () => {
    const begun = { ...preparing(), providerState: { workflowGuid: "w" } } as LinkRecord;
    assert.ok(pauseAfter(begun, prepared(lost(0)), 10) > 10);
  });

  test("a workflow that could not be asked for ends the link", () => {
    const next = after(preparing(), prepared(lost(0)), 10);
    assert.equal(next.status === "failed" && next.problem.retryable, true);
  });
});

describe("a ready link", () => {
  test("expires when its token has run out, and holds no token then", () => {
    assert.equal(settled(ready(), 999).status, "ready");
    const late = settled(ready(), 1_000);
    assert.equal(late.status, "expired");
    assert.ok(!("linkToken" in late));
  });

  test("loses its token with every move but opening", () => {
    const open = after(ready(), { type: "opened" }, 5);
    assert.equal(open.status === "ready" && open.linkToken, "link-1");
    for (const event of [
      { type: "canceled" },
      { type: "expired" },
      { type: "finalize", post },
      { type: "finalize_refresh", accountId: "a" },
    ] as const) {
      assert.doesNotMatch(JSON.stringify(after(ready(), event, 5)), /link-1/);
    }
  });
});

describe("an event that does not fit", () => {
  const rules = search;
  const events: LinkEvent[] = [
    prepared(reject("provider_rejected")),
    { type: "opened" },
    { type: "canceled" },
    { type: "expired" },
    { type: "finalize", post },
    { type: "finalize_refresh", accountId: "a" },
    { type: "post_begun", rules },
    postEnded(null),
    { type: "looked_up", result: succeed({ found: "nothing", isComplete: true }), beganAtMs: 0, rules },
    { type: "account_read", result: succeed(account("active")), rules },
    { type: "ownership_read", result: succeed({ running: false, account: account("active") }) },
    { type: "patch_begun" },
  ];
  const linked = after(posting(), postEnded(succeed(account("active"))), 1);
  const failed = after(posting(), postEnded(reject("provider_rejected")), 1);
  const canceled = after(ready(), { type: "canceled" }, 1);
  const fitting: [LinkRecord, LinkEvent["type"][]][] = [
    [preparing(), ["prepared"]],
    [ready(), ["opened", "canceled", "expired", "finalize", "finalize_refresh"]],
    [canceled, ["finalize", "finalize_refresh"]],
    [finalizing(), ["post_begun"]],
    [posting(), ["post_ended"]],
    [linked, []],
    [failed, []],
  ];
  for (const [record, types] of fitting) {
    test(`moves nothing: ${record.status}, ${types.join(", ") || "the end"}`, () => {
      const moved = events.filter((event) => transition(record, event, 2).kind !== "unfit");
      assert.deepEqual(
        moved.map(({ type }) => type),
        types,
      );
    });
  }
});

describe("posting an account", () => {
  test("a first refusal is the outcome", () => {
    assert.equal(after(posting(), postEnded(reject("provider_rejected")), 100).status, "failed");
  });

  test("a call that surely did nothing is tried again, until the public token is dead", () => {
    const busy = postEnded(notDone("provider_unavailable", 7_000));
    assert.equal(taskOf(after(posting(), busy, 100), "post").notBeforeMs, 7_100);
    assert.equal(after(posting(), busy, PUBLIC_TOKEN_LIFE_MS).status, "failed");
  });

  test("a link that could not post before its public token died has expired, and nothing was sent", () => {
    const record = after(finalizing(), { type: "post_begun", rules: search }, PUBLIC_TOKEN_LIFE_MS);
    assert.equal(record.status === "failed" && record.problem.code, "link_expired");
  });

  test("a lost answer is searched for: soon to adopt, and from the time-out and a margin on to prove", () => {
    const next = after(posting(), postEnded(lost(7_000)), 7_050);
    const task = taskOf(next, "lookup");
    assert.equal(task.notBeforeMs, 7_050 + EARLY_LOOKUPS_MS[0]);
    assert.equal(task.doubt.deadAtMs, 7_000 + DEAD_MS);
  });

  test("only the provider's own refusal counts as one after a lost answer", () => {
    let record = after(posting(), postEnded(null, replay), 50);
    record = after(posting(record, 60), postEnded(notDone("provider_misconfigured"), replay), 70);
    assert.equal(taskOf(record, "post").doubt?.rejections, 0);
  });

  test("a crash under the call is a lost answer", () => {
    const task = taskOf(after(posting(), postEnded(null), 90_000), "lookup");
    assert.equal(task.doubt.deadAtMs, 90_000 + DEAD_MS);
  });

  test("where keys make a repeat safe, a lost answer is simply asked for again", () => {
    const task = taskOf(after(posting(), postEnded(null, replay), 50), "post");
    assert.equal(task.post.body, post.body);
    assert.equal(task.doubt?.lostPosts, 1);
  });

  test("after a lost answer a refusal under the same key is believed only the third time", () => {
    let record = after(posting(), postEnded(null, replay), 50);
    for (const nowMs of [60, 30_000]) {
      record = after(posting(record, nowMs), postEnded(reject("provider_rejected"), replay), nowMs);
      assert.equal(taskOf(record, "post").notBeforeMs, nowMs + DEAD_MS);
    }
    record = after(posting(record, 60_000), postEnded(reject("provider_rejected"), replay), 60_001);
    assert.equal(record.status, "failed");
  });

  test("nothing is posted again once the public token is dead, whatever pause the provider asked for", () => {
    let record = after(
      posting(emptyTwice(searching()), 45_000),
      postEnded(notDone("provider_unavailable", 3_600_000)),
      45_100,
    );
    assert.equal(taskOf(record, "post").notBeforeMs, PUBLIC_TOKEN_LIFE_MS);
    record = after(record, { type: "post_begun", rules: search }, PUBLIC_TOKEN_LIFE_MS);
    assert.equal(record.status === "failed" && record.problem.code, "provider_timeout");
    assert.ok(record.status === "failed" && record.doubtful);
  });

  test("where keys make a repeat safe, it is repeated beyond the public token's life, for its answer", () => {
    const record = after(posting(), postEnded(null, replay), 50);
    const late = after(record, { type: "post_begun", rules: replay }, PUBLIC_TOKEN_LIFE_MS);
    taskOf(late, "posting");
  });

  test("a pause that the provider asks for under a repeat costs no post", () => {
    let record = emptyTwice(searching());
    record = after(posting(record, 60_000), postEnded(notDone("provider_unavailable", 90_000)), 60_100);
    const task = taskOf(record, "post");
    assert.equal(task.notBeforeMs, 150_100);
    assert.equal(task.doubt?.lostPosts, 1);
  });
});

const EMPTY: Lookup = { found: "nothing", isComplete: true };
const lookedUp = (found: Lookup, beganAtMs: number): LinkEvent => ({
  type: "looked_up",
  result: succeed(found),
  beganAtMs,
  rules: search,
});
const foundAccount = (status: Account["status"], id?: string): Lookup => ({
  found: "account",
  isComplete: true,
  account: account(status, id),
});

/** The post's answer was lost at once. */
function searching(): LinkRecord {
  return after(posting(), postEnded(lost(0)), 0);
}

function emptyTwice(record: LinkRecord): LinkRecord {
  const { deadAtMs } = taskOf(record, "lookup").doubt;
  const first = after(record, lookedUp(EMPTY, deadAtMs), deadAtMs);
  return after(first, lookedUp(EMPTY, deadAtMs + TIMEOUT_MS), deadAtMs + TIMEOUT_MS);
}

describe("searching for an account in doubt", () => {
  test("what is found is adopted, also early, and the public token forgotten", () => {
    const next = after(searching(), lookedUp(foundAccount("processing"), 500), 510);
    assert.equal(taskOf(next, "follow").account.id, "acc_1");
    assert.doesNotMatch(JSON.stringify(next), /body/);
  });

  test("early lookups come 0.5, 1, 2 and 4 seconds after the loss, and prove nothing", () => {
    const record = searching();
    const times = [500, 1_000, 2_000, 4_000].map((atMs) => pauseAfter(record, lookedUp(EMPTY, atMs), atMs));
    assert.deepEqual(times, [1_000, 2_000, 4_000, DEAD_MS]);
  });

  test("one empty lookup changes nothing, two allow one more post", () => {
    const once = after(searching(), lookedUp(EMPTY, DEAD_MS), DEAD_MS);
    assert.equal(taskOf(once, "lookup").notBeforeMs, DEAD_MS + TIMEOUT_MS);
    taskOf(emptyTwice(searching()), "post");
  });

  test("a lookup that did not read every page proves nothing", () => {
    pauseAfter(searching(), lookedUp({ found: "nothing", isComplete: false }, DEAD_MS), DEAD_MS);
  });

  test("there are four posts at the most, the quiet period doubling", () => {
    let record = searching();
    const quietMs: number[] = [];
    for (let posts = 1; posts < DOUBT_POSTS_MAX; posts++) {
      const { deadAtMs, lostAtMs } = taskOf(record, "lookup").doubt;
      quietMs.push(deadAtMs - lostAtMs);
      record = emptyTwice(record);
      const nowMs = taskOf(record, "post").notBeforeMs;
      record = after(posting(record, nowMs), postEnded(lost(nowMs)), nowMs);
    }
    const { deadAtMs, lostAtMs, lostPosts } = taskOf(record, "lookup").doubt;
    assert.deepEqual(
      [...quietMs, deadAtMs - lostAtMs],
      [1, 2, 4, 8].map((times) => times * DEAD_MS),
    );
    assert.equal(lostPosts, DOUBT_POSTS_MAX);
    assert.ok(deadAtMs + 2 * TIMEOUT_MS < PUBLIC_TOKEN_LIFE_MS);
    record = after(record, lookedUp(EMPTY, deadAtMs), deadAtMs);
    pauseAfter(record, lookedUp(EMPTY, deadAtMs + TIMEOUT_MS), deadAtMs + TIMEOUT_MS);
  });

  test("a refused repeat is believed after three more empty lookups, a time-out apart", () => {
    let record = after(
      posting(emptyTwice(searching()), 45_000),
      postEnded(reject("provider_rejected")),
      45_100,
    );
    for (const atMs of [65_100, 85_100]) {
      assert.equal(taskOf(record, "lookup").notBeforeMs, atMs);
      record = after(record, lookedUp(EMPTY, atMs), atMs);
    }
    assert.equal(after(record, lookedUp(foundAccount("active"), 105_100), 105_100).status, "linked");
    record = after(record, lookedUp(EMPTY, 105_100), 105_100);
    assert.equal(record.status === "failed" && record.problem.code, "provider_rejected");
  });

  test("it is given up only after the public token's life, with two empty lookups", () => {
    let record = after(searching(), lookedUp(EMPTY, PUBLIC_TOKEN_LIFE_MS), PUBLIC_TOKEN_LIFE_MS);
    assert.equal(record.status, "finalizing");
    record = after(record, lookedUp(EMPTY, PUBLIC_TOKEN_LIFE_MS + 1), PUBLIC_TOKEN_LIFE_MS + 1);
    assert.equal(record.status === "failed" && record.problem.code, "provider_timeout");
    assert.ok(record.status === "failed" && record.doubtful);
  });

  test("a lookup that failed counts for nothing", () => {
    const event: LinkEvent = { type: "looked_up", result: lost(31_000), beganAtMs: 31_000, rules: search };
    pauseAfter(searching(), event, 31_000);
  });

  test("a candidate that contradicts Link is not adopted, and forbids another post until the token's end", () => {
    const contradiction: Lookup = { found: "contradiction", accountId: "acc_9", isComplete: true };
    let record = after(searching(), lookedUp(contradiction, DEAD_MS), DEAD_MS);
    assert.equal(taskOf(record, "lookup").contradictingId, "acc_9");
    pauseAfter(record, lookedUp(contradiction, 60_000), 60_000);
    record = after(record, lookedUp(EMPTY, 80_000), 80_000);
    pauseAfter(record, lookedUp(EMPTY, 100_000), 100_000);
    record = after(record, lookedUp(contradiction, PUBLIC_TOKEN_LIFE_MS), PUBLIC_TOKEN_LIFE_MS);
    assert.equal(record.status === "failed" && record.problem.code, "provider_timeout");
  });
});

describe("an account that fails after an earlier post was lost", () => {
  function second(): LinkRecord {
    const repeated = posting(emptyTwice(searching()), 45_000);
    return after(repeated, postEnded(succeed(account("failed", "acc_2"))), 45_100);
  }

  test("is not believed before one last lookup", () => {
    const record = second();
    assert.equal(taskOf(record, "last_lookup").notBeforeMs, 45_100 + TIMEOUT_MS);
    const failed = after(record, lookedUp(EMPTY, 65_100), 65_100);
    assert.equal(failed.status === "failed" && failed.problem.code, "duplicate_account");
    assert.equal(failed.status === "failed" && failed.account?.id, "acc_2");
  });

  test("loses against a live sibling", () => {
    const linked = after(second(), lookedUp(foundAccount("active", "acc_1"), 65_100), 65_100);
    assert.equal(linked.status === "linked" && linked.account.id, "acc_1");
  });

  test("is looked for again while the list was not read whole, whatever the lookup found", () => {
    for (const found of [
      EMPTY,
      foundAccount("failed", "acc_1"),
      { found: "contradiction", accountId: "acc_9", isComplete: true },
    ] satisfies Lookup[]) {
      pauseAfter(second(), lookedUp({ ...found, isComplete: false }, 65_100), 65_100);
      assert.equal(after(second(), lookedUp(found, 65_100), 65_100).status, "failed");
    }
  });

  test("is looked for again while the list cannot be read", () => {
    const event: LinkEvent = { type: "looked_up", result: lost(65_000), beganAtMs: 65_000, rules: search };
    pauseAfter(second(), event, 65_100);
  });
});

describe("observing an account", () => {
  function processing(): LinkRecord {
    return after(posting(), postEnded(succeed(account("processing"))), 100);
  }
  const read = (status: Account["status"]): LinkEvent => ({
    type: "account_read",
    result: succeed(account(status)),
    rules: search,
  });

  for (const status of ["active", "unverified"] as const) {
    test(`${status} is linked`, () => {
      const next = after(processing(), read(status), 200);
      assert.equal(next.status === "linked" && next.account.status, status);
    });
  }

  for (const status of ["failed", "refresh_required", "removing", "removed"] as const) {
    test(`${status} is never linked`, () => {
      assert.equal(after(processing(), read(status), 200).status, "failed");
    });
  }

  test("a failed read does not give up an account that exists", () => {
    const result = reject("not_found");
    pauseAfter(processing(), { type: "account_read", result, rules: search }, 200);
  });

  test("polls grow apart up to an hour, and end after seven days with the account attached", () => {
    const atMs = 2 * 86_400_000;
    assert.equal(pauseAfter(processing(), read("processing"), atMs) - atMs, 3_600_000);
    const givenUp = after(processing(), read("processing"), PROCESSING_MAX_MS);
    assert.equal(givenUp.status === "failed" && givenUp.problem.code, "provider_timeout");
    assert.equal(givenUp.status === "failed" && givenUp.account?.id, "acc_1");
  });

  test("an account without an id is the outcome at once", () => {
    const unidentified = { ...account("active"), id: null };
    assert.equal(after(posting(), postEnded(succeed(unidentified), replay), 1).status, "linked");
  });
});

describe("checking who owns an account", () => {
  function checking(): LinkRecord {
    const rules = { ...search, verifyOwnership: true };
    return after(posting(), postEnded(succeed(account("unverified")), rules), 100);
  }
  const step = (running: boolean, status: Account["status"]): LinkEvent => ({
    type: "ownership_read",
    result: succeed({ running, account: account(status) }),
  });

  test("an unverified account is checked before it is called linked", () => {
    assert.equal(taskOf(checking(), "verify").account.id, "acc_1");
  });

  test("a check that has passed leaves an active account, one that has failed an unverified one", () => {
    for (const status of ["active", "unverified"] as const) {
      const next = after(checking(), step(false, status), 200);
      assert.equal(next.status === "linked" && next.account.status, status);
      assert.equal(next.status === "linked" && next.isOwnershipPending, false);
    }
  });

  test("a check that runs is waited for, but for a minute only", () => {
    pauseAfter(checking(), step(true, "unverified"), 200);
    const late = after(checking(), step(true, "unverified"), 100 + OWNERSHIP_WAIT_MS);
    assert.equal(late.status === "linked" && late.account.status, "unverified");
    assert.equal(late.status === "linked" && late.isOwnershipPending, true);
  });

  test("an account that went away under the check is not linked", () => {
    assert.equal(after(checking(), step(false, "removed"), 200).status, "failed");
  });
});

describe("Retry-After", () => {
  const pause = notDone("provider_unavailable", 45_000);

  test("is waited out between two polls, whatever is polled", () => {
    const begun = { ...preparing(), providerState: { workflowGuid: "w" } } as LinkRecord;
    assert.equal(pauseAfter(begun, prepared(pause), 10), 45_010);
    const made = after(posting(), postEnded(succeed(account("processing"))), 100);
    assert.equal(pauseAfter(made, { type: "account_read", result: pause, rules: search }, 200), 45_200);
    const looked: LinkEvent = { type: "looked_up", result: pause, beganAtMs: 200, rules: search };
    assert.equal(pauseAfter(searching(), looked, 200), 45_200);
    assert.equal(dueAtMs(after(posting(), postEnded(pause), 100)), 45_100);
  });
});
