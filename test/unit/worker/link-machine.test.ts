import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Account } from "../../../worker/contract.ts";
import {
  isInDoubt,
  observed,
  posted,
  posting,
  type Rules,
  searched,
  verified,
} from "../../../worker/ledger/finalize-machine.ts";
import {
  beginLink,
  canceled,
  dueAtMs,
  expired,
  finalizing,
  opened,
  prepared,
  settled,
} from "../../../worker/ledger/link-machine.ts";
import type { LinkRecord, Work } from "../../../worker/ledger/link-record.ts";
import {
  OWNERSHIP_WAIT_MS,
  PROCESSING_MAX_MS,
  PUBLIC_TOKEN_LIFE_MS,
  WORKFLOW_MAX_MS,
} from "../../../worker/limits.ts";
import { fail, succeed } from "../../../worker/providers/provider.ts";

const TIMEOUT_MS = 20_000;
const search: Rules = {
  recovery: "search",
  accountFailure: () => "duplicate_account",
  upstreamTimeoutMs: TIMEOUT_MS,
  verifyOwnership: false,
};
const replay: Rules = { ...search, recovery: "replay" };

function preparing(): LinkRecord {
  const request = { customerId: "c", accountId: null, redirectUri: null, language: "en" };
  return beginLink({ id: "lnk_1", provider: "cybrid", request, reference: null }, 0);
}

function ready(): LinkRecord {
  const begun = preparing();
  const value = {
    state: "ready" as const,
    providerState: { workflowGuid: "w" },
    linkToken: "link-1",
    linkTokenLifeMs: 1_000,
  };
  return prepared(begun, workOf(begun, "prepare"), succeed(value), 0);
}

const choice = { body: "{}", name: "Bank - Checking", selection: { account: { id: "a" } } };

function posted1(): LinkRecord {
  const record = finalizing(ready(), choice, 0);
  return posting(record, workOf(record, "create"));
}

function workOf<Kind extends Work["kind"]>({ work }: LinkRecord, kind: Kind): Extract<Work, { kind: Kind }> {
  assert.equal(work?.kind, kind);
  return work as Extract<Work, { kind: Kind }>;
}

function account(status: Account["status"], id = "acc_1"): Account {
  return {
    id,
    provider: "cybrid",
    name: null,
    mask: null,
    type: null,
    asset: "USD",
    institution: null,
    status,
    failure_code: null,
    created_at: null,
    updated_at: null,
  };
}

describe("preparing", () => {
  test("a pending workflow is looked at again, and remembered", () => {
    const begun = preparing();
    const next = prepared(
      begun,
      workOf(begun, "prepare"),
      succeed({ state: "pending", providerState: { workflowGuid: "w" } }),
      10,
    );
    assert.equal(next.status, "preparing");
    assert.deepEqual(next.providerState, { workflowGuid: "w" });
    assert.equal(dueAtMs(next), 160);
  });

  test("a workflow that takes longer than a minute has failed", () => {
    const begun = preparing();
    const pending = succeed({ state: "pending" as const, providerState: {} });
    const next = prepared(begun, workOf(begun, "prepare"), pending, WORKFLOW_MAX_MS);
    assert.equal(next.problem?.code, "provider_timeout");
  });

  test("a read that failed for now is only a look that saw nothing", () => {
    const begun = { ...preparing(), providerState: { workflowGuid: "w" } };
    const next = prepared(begun, workOf(begun, "prepare"), fail("provider_unavailable", "unknown"), 10);
    assert.equal(next.status, "preparing");
  });

  test("a workflow that could not be asked for ends the link", () => {
    const begun = preparing();
    const next = prepared(begun, workOf(begun, "prepare"), fail("provider_unavailable", "unknown"), 10);
    assert.equal(next.status, "failed");
    assert.equal(next.problem?.retryable, true);
  });
});

describe("a ready link", () => {
  test("expires when its token has run out, and holds no token then", () => {
    assert.equal(settled(ready(), 999).status, "ready");
    const late = settled(ready(), 1_000);
    assert.equal(late.status, "expired");
    assert.equal(late.linkToken, null);
  });

  test("loses its token with every move but opening", () => {
    assert.equal(opened(ready(), 5).linkToken, "link-1");
    for (const moved of [canceled(ready(), 5), expired(ready(), 5), finalizing(ready(), choice, 5)]) {
      assert.equal(moved.linkToken, null);
    }
  });
});

describe("posting an account", () => {
  test("a first refusal is the outcome", () => {
    const record = posted1();
    const next = posted(record, workOf(record, "posting"), fail("provider_rejected"), 100, search);
    assert.equal(next.status, "failed");
    assert.equal(next.work, null);
  });

  test("a call that surely did nothing is tried again, until the public token is dead", () => {
    const record = posted1();
    const work = workOf(record, "posting");
    const busy = fail("provider_unavailable", "no", 7_000);
    const next = posted(record, work, busy, 100, search);
    assert.equal(workOf(next, "create").notBeforeMs, 7_100);
    assert.equal(posted(record, work, busy, PUBLIC_TOKEN_LIFE_MS, search).status, "failed");
  });

  test("a lost answer is searched for, first after the time-out and a margin since it went out", () => {
    const record = posted1();
    const failure = { code: "provider_unavailable", done: "unknown", sentAtMs: 7_000 } as const;
    const next = posted(record, workOf(record, "posting"), { ok: false, failure }, 7_050, search);
    assert.equal(workOf(next, "search").notBeforeMs, 7_000 + TIMEOUT_MS * 1.25);
    assert.ok(isInDoubt(next));
  });

  test("only the provider's own refusal counts as one after a lost answer", () => {
    let record = posted1();
    record = posted(record, workOf(record, "posting"), null, 50, replay);
    record = posting(record, workOf(record, "create"));
    record = posted(record, workOf(record, "posting"), fail("provider_misconfigured"), 70, replay);
    assert.equal(workOf(record, "create").refusals, 0);
  });

  test("a crash under the call is a lost answer", () => {
    const record = posted1();
    const next = posted(record, workOf(record, "posting"), null, 90_000, search);
    assert.equal(workOf(next, "search").notBeforeMs, 90_000 + TIMEOUT_MS * 1.25);
  });

  test("where keys make a repeat safe, a lost answer is simply asked for again", () => {
    const record = posted1();
    const next = posted(record, workOf(record, "posting"), null, 50, replay);
    assert.equal(workOf(next, "create").body, choice.body);
    assert.equal(workOf(next, "create").lostPosts, 1);
  });

  test("after a lost answer a refusal under the same key is believed only the third time", () => {
    let record = posted1();
    record = posted(record, workOf(record, "posting"), null, 50, replay);
    for (const nowMs of [60, 30_000]) {
      record = posting(record, workOf(record, "create"));
      record = posted(record, workOf(record, "posting"), fail("provider_rejected"), nowMs, replay);
      assert.equal(workOf(record, "create").notBeforeMs, nowMs + TIMEOUT_MS * 1.25);
    }
    record = posting(record, workOf(record, "create"));
    assert.equal(
      posted(record, workOf(record, "posting"), fail("provider_rejected"), 60_001, replay).status,
      "failed",
    );
  });
});

describe("searching for an account in doubt", () => {
  function searching(): LinkRecord {
    const record = posted1();
    return posted(record, workOf(record, "posting"), null, 30_000, search);
  }
  const look = (record: LinkRecord, found: Account | null, nowMs: number) =>
    searched(record, workOf(record, "search"), succeed(found), nowMs, search);

  test("what is found is adopted, and the public token forgotten", () => {
    const next = look(searching(), account("processing"), 31_000);
    assert.equal(workOf(next, "process").accountId, "acc_1");
    assert.doesNotMatch(JSON.stringify(next.work), /body/);
  });

  test("one empty look changes nothing, two allow one more post", () => {
    const once = look(searching(), null, 31_000);
    workOf(once, "search");
    workOf(look(once, null, 60_000), "create");
  });

  test("there is never a third post", () => {
    let record = look(look(searching(), null, 31_000), null, 60_000);
    record = posting(record, workOf(record, "create"));
    record = posted(record, workOf(record, "posting"), null, 90_000, search);
    for (let looks = 0; looks < 10; looks++) {
      record = look(record, null, 120_000 + looks);
      workOf(record, "search");
    }
  });

  test("looks grow apart with every post", () => {
    const once = look(searching(), null, 31_000);
    const twice = { ...workOf(searching(), "search"), lostPosts: 2 };
    const later = searched({ ...searching(), work: twice }, twice, succeed(null), 31_000, search);
    assert.equal(dueAtMs(later) - 31_000, 2 * (dueAtMs(once) - 31_000));
  });

  test("a refused second post means look again, and no third", () => {
    let record = look(look(searching(), null, 31_000), null, 60_000);
    record = posting(record, workOf(record, "create"));
    record = posted(record, workOf(record, "posting"), fail("provider_rejected"), 60_100, search);
    record = look(look(record, null, 90_000), null, 120_000);
    workOf(record, "search");
    assert.equal(look(record, account("active"), 150_000).status, "linked");
  });

  test("it is given up only after the public token's life, with two empty looks", () => {
    let record = look(look(searching(), null, 31_000), null, 60_000);
    record = posting(record, workOf(record, "create"));
    record = posted(record, workOf(record, "posting"), fail("provider_rejected"), 60_100, search);
    record = look(record, null, PUBLIC_TOKEN_LIFE_MS);
    assert.equal(record.status, "finalizing");
    record = look(record, null, PUBLIC_TOKEN_LIFE_MS + 1);
    assert.equal(record.status, "failed");
  });

  test("a look that failed counts for nothing", () => {
    const record = searching();
    const next = searched(
      record,
      workOf(record, "search"),
      fail("provider_unavailable", "unknown"),
      31_000,
      search,
    );
    assert.equal(workOf(next, "search").emptyLooks, 0);
  });
});

describe("observing an account", () => {
  function processing(): LinkRecord {
    const record = posted1();
    return posted(record, workOf(record, "posting"), succeed(account("processing")), 100, search);
  }
  const see = (record: LinkRecord, status: Account["status"], nowMs = 200) =>
    observed(record, workOf(record, "process"), succeed(account(status)), nowMs, search);

  for (const status of ["active", "unverified"] as const) {
    test(`${status} is linked`, () => {
      const next = see(processing(), status);
      assert.equal(next.status, "linked");
      assert.equal(next.account?.status, status);
      assert.equal(next.work, null);
    });
  }

  for (const status of ["failed", "refresh_required", "removing", "removed"] as const) {
    test(`${status} is never linked`, () => {
      assert.equal(see(processing(), status).status, "failed");
    });
  }

  test("a failed read does not give up an account that exists", () => {
    const record = processing();
    const next = observed(record, workOf(record, "process"), fail("not_found"), 200, search);
    assert.equal(next.status, "finalizing");
  });

  test("looks grow apart up to an hour, and end after seven days with the account attached", () => {
    const later = see(processing(), "processing", 2 * 86_400_000);
    assert.equal(dueAtMs(later) - 2 * 86_400_000, 3_600_000);
    const given = see(processing(), "processing", PROCESSING_MAX_MS);
    assert.equal(given.status, "failed");
    assert.equal(given.problem?.code, "provider_timeout");
    assert.equal(given.account?.id, "acc_1");
  });
});

describe("checking who owns an account", () => {
  const check: Rules = { ...search, verifyOwnership: true };
  function checking(): LinkRecord {
    const record = posted1();
    return posted(record, workOf(record, "posting"), succeed(account("unverified")), 100, check);
  }
  const step = (record: LinkRecord, running: boolean, status: Account["status"], nowMs: number) =>
    verified(record, workOf(record, "verify"), succeed({ running, account: account(status) }), nowMs);

  test("an unverified account is checked before it is called linked", () => {
    assert.equal(checking().status, "finalizing");
    assert.equal(workOf(checking(), "verify").accountId, "acc_1");
  });

  test("a check that has passed leaves an active account, one that has failed an unverified one", () => {
    for (const status of ["active", "unverified"] as const) {
      const next = step(checking(), false, status, 200);
      assert.equal(next.status, "linked");
      assert.equal(next.account?.status, status);
      assert.equal(next.ownershipPending, false);
    }
  });

  test("a check that runs is waited for, but for a minute only", () => {
    assert.equal(step(checking(), true, "unverified", 200).status, "finalizing");
    const late = step(checking(), true, "unverified", 100 + OWNERSHIP_WAIT_MS);
    assert.equal(late.status, "linked");
    assert.equal(late.account?.status, "unverified");
    assert.equal(late.ownershipPending, true);
  });

  test("an account that went away under the check is not linked", () => {
    assert.equal(step(checking(), false, "removed", 200).status, "failed");
  });
});

describe("Retry-After", () => {
  const pause = {
    ok: false,
    failure: { code: "provider_unavailable", done: "no", retryAfterMs: 45_000 },
  } as const;

  test("is waited out between two looks, whatever is looked at", () => {
    const begun = { ...preparing(), providerState: { workflowGuid: "w" } };
    assert.equal(dueAtMs(prepared(begun, workOf(begun, "prepare"), pause, 10)), 45_010);
    const record = posted1();
    const made = posted(record, workOf(record, "posting"), succeed(account("processing")), 100, search);
    assert.equal(dueAtMs(observed(made, workOf(made, "process"), pause, 200, search)), 45_200);
    const lost = posted(record, workOf(record, "posting"), null, 100, search);
    assert.equal(dueAtMs(searched(lost, workOf(lost, "search"), pause, 200, search)), 45_200);
    assert.equal(dueAtMs(posted(record, workOf(record, "posting"), pause, 100, search)), 45_100);
  });
});
