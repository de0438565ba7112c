import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nearestLanguage } from "../../../worker/ledger/language.ts";
import { eagerDelayMs } from "../../../worker/ledger/pacing.ts";
import { accountName } from "../../../worker/providers/account-name.ts";
import { findCreatedAccount } from "../../../worker/providers/cybrid/find-account.ts";
import { toAccountFailure, toAccountStatus } from "../../../worker/providers/cybrid/map-account.ts";
import { toLynxType } from "../../../worker/providers/lynx/map-account-type.ts";

describe("an account's name", () => {
  test("is composed of institution and account", () => {
    const selection = {
      account: { id: "1", name: "Checking" },
      institution: { id: "i", name: "First Bank" },
    };
    assert.equal(accountName(selection, 128), "First Bank - Checking");
  });

  test("is never empty", () => {
    assert.equal(
      accountName({ account: { id: "1", mask: "0000" }, institution: null }, 128),
      "Bank account 0000",
    );
    assert.equal(accountName({ account: { id: "1", name: "  " } }, 128), "Bank account");
  });

  test("is cut to what the provider takes, without cutting a character in two", () => {
    const cut = accountName({ account: { id: "1", name: "🏦".repeat(100) } }, 127);
    assert.equal(cut, "🏦".repeat(63));
  });
});

describe("Lynx's account types", () => {
  const cases = [
    ["checking", "CHECKING"],
    ["cash management", "CHECKING"],
    ["Savings", "SAVINGS"],
    ["money market", "SAVINGS"],
    ["cd", null],
    ["401k", null],
  ] as const;
  for (const [subtype, expected] of cases) {
    test(`${subtype} is ${expected ?? "refused"}`, () => {
      assert.equal(toLynxType({ id: "1", type: "depository", subtype }), expected);
    });
  }
});

describe("Cybrid's states and failure codes", () => {
  test("each state that is known has its word", () => {
    const words = {
      storing: "processing",
      completed: "active",
      unverified: "unverified",
      refresh_required: "refresh_required",
      failed: "failed",
      deleting: "removing",
      deleted: "removed",
    };
    for (const [state, word] of Object.entries(words)) assert.equal(toAccountStatus(state), word);
  });

  test("a state that nobody knows is waited out, never taken for success", () => {
    assert.equal(toAccountStatus("something_new"), "processing");
    assert.equal(toAccountStatus(null), "processing");
  });

  test("a duplicate has its own code, an unknown failure is a rejection", () => {
    assert.equal(toAccountFailure("duplicate"), "duplicate_account");
    assert.equal(toAccountFailure("plaid_multiple_accounts"), "multiple_accounts");
    assert.equal(toAccountFailure("something_new"), "provider_rejected");
  });
});

describe("the nearest language", () => {
  const known = ["en", "fr", "es", "nl", "de"];
  const cases = [
    ["fr", "fr"],
    ["de-AT", "de"],
    ["ES-419", "es"],
    ["ja", "en"],
    ["", "en"],
    [undefined, "en"],
  ] as const;
  for (const [asked, expected] of cases) {
    test(`${asked} is ${expected}`, () => assert.equal(nearestLanguage(asked, known), expected));
  }
});

test("looks begin 150 ms apart, grow by 1.4 and stay at 2 s", () => {
  const delays = Array.from({ length: 12 }, (_, looks) => eagerDelayMs(looks));
  assert.deepEqual(delays.slice(0, 4), [150, 210, 294, 412]);
  assert.deepEqual(delays.slice(-3), [2_000, 2_000, 2_000]);
});

test("a wait of ten seconds takes at most twelve looks", () => {
  let waitedMs = 0;
  let looks = 0;
  while (waitedMs < 10_000) waitedMs += eagerDelayMs(looks++);
  assert.ok(looks <= 12, `${looks} looks`);
});

describe("the account that a lost create made", () => {
  const query = {
    customerId: "c",
    name: "Bank - Checking",
    selection: { account: { id: "1", mask: "0000" }, institution: { id: "ins_1", name: "Bank" } },
    providerState: { workflowCreatedAt: "2026-01-01T00:00:10Z" },
    linkCreatedAtMs: Date.parse("2026-01-01T00:00:10Z"),
    ownedIds: new Set<string>(),
  };
  const candidate = {
    guid: "g1",
    name: "Bank - Checking",
    state: "storing",
    customer_guid: "c",
    created_at: "2026-01-01T00:00:11Z",
    plaid_institution_id: "ins_1",
    plaid_account_mask: "0000",
  };

  test("is the one with our name, made after our workflow", () => {
    assert.equal(findCreatedAccount([candidate], query)?.guid, "g1");
  });

  const others = {
    "another name": { name: "Bank - Savings" },
    "made before our workflow": { created_at: "2026-01-01T00:00:09Z" },
    "another customer": { customer_guid: "d" },
    "another institution": { plaid_institution_id: "ins_2" },
    "another number": { plaid_account_mask: "1111" },
    "already on its way out": { state: "deleting" },
  };
  for (const [reason, difference] of Object.entries(others)) {
    test(`is not one with ${reason}`, () => {
      assert.equal(findCreatedAccount([{ ...candidate, ...difference }], query), null);
    });
  }

  test("is not an old one, should Cybrid not tell when the workflow was created", () => {
    const unknown = { ...query, providerState: {} };
    assert.equal(findCreatedAccount([candidate], unknown)?.guid, "g1");
    const old = { ...candidate, created_at: "2025-12-31T23:00:00Z" };
    assert.equal(findCreatedAccount([old], unknown), null);
  });

  test("is not one that belongs to another link", () => {
    assert.equal(findCreatedAccount([candidate], { ...query, ownedIds: new Set(["g1"]) }), null);
  });

  test("may say nothing of institution and number yet", () => {
    const early = { ...candidate, plaid_institution_id: null, plaid_account_mask: null };
    assert.equal(findCreatedAccount([early], query)?.guid, "g1");
  });

  test("is a live one rather than a failed one", () => {
    const failed = { ...candidate, guid: "g2", state: "failed" };
    assert.equal(findCreatedAccount([failed, candidate], query)?.guid, "g1");
    assert.equal(findCreatedAccount([failed], query)?.guid, "g2");
  });
});
