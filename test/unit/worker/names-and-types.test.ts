import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nearestLanguage } from "../../../worker/ledger/language.ts";
import { eagerDelayMs } from "../../../worker/ledger/pacing.ts";
import { accountName, uniqueAccountName } from "../../../worker/providers/account-name.ts";
import { findCreatedAccount } from "../../../worker/providers/cybrid/find-account.ts";
import { toAccountFailure, toAccountStatus } from "../../../worker/providers/cybrid/map-account.ts";
import type { ExternalBankAccount } from "../../../worker/providers/cybrid/schemas.ts";
import { toLynxType } from "../../../worker/providers/lynx/map-account-type.ts";
import type { AccountQuery } from "../../../worker/providers/provider.ts";

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

  test("is unlike every name in doubt, within what the provider takes", () => {
    const selection = { account: { id: "1", name: "n".repeat(200) } };
    const first = uniqueAccountName(selection, 128, new Set());
    const second = uniqueAccountName(selection, 128, new Set([first]));
    const third = uniqueAccountName(selection, 128, new Set([first, second]));
    assert.deepEqual(
      [first, second, third],
      ["n".repeat(128), `${"n".repeat(126)} 2`, `${"n".repeat(126)} 3`],
    );
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

test("polls begin 150 ms apart, grow by 1.4 and stay at 2 s", () => {
  let waitedMs = 0;
  const delays = Array.from({ length: 12 }, () => {
    const delayMs = eagerDelayMs(waitedMs);
    waitedMs += delayMs;
    return delayMs;
  });
  assert.deepEqual(delays.slice(0, 4), [150, 210, 294, 412]);
  assert.deepEqual(delays.slice(-3), [2_000, 2_000, 2_000]);
});

test("a wait of ten seconds takes at most twelve polls", () => {
  let waitedMs = 0;
  let polls = 0;
  for (; waitedMs < 10_000; polls++) waitedMs += eagerDelayMs(waitedMs);
  assert.ok(polls <= 12, `${polls} polls`);
});

describe("the account that a lost create made", () => {
  const query = {
    customerId: "c",
    name: "Bank - Checking",
    selection: { account: { id: "1", mask: "0000" }, institution: { id: "ins_1", name: "Bank" } },
    providerState: { workflowCreatedAt: "2026-01-01T00:00:10Z" },
    linkCreatedAtMs: Date.parse("2026-01-01T00:00:10Z"),
    knownIds: new Set<string>(),
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

  const find = (accounts: ExternalBankAccount[], change: Partial<AccountQuery> = {}) => {
    const lookup = findCreatedAccount({ accounts, isComplete: true }, { ...query, ...change });
    return lookup.found === "account" ? lookup.account.id : lookup.found;
  };

  test("is the one with our name, made after our workflow", () => {
    assert.equal(find([candidate]), "g1");
  });

  const others = {
    "another name": { name: "Bank - Savings" },
    "made before our workflow": { created_at: "2026-01-01T00:00:09Z" },
    "another customer": { customer_guid: "d" },
    "already on its way out": { state: "deleting" },
  };
  for (const [reason, difference] of Object.entries(others)) {
    test(`is not one with ${reason}`, () => {
      assert.equal(find([{ ...candidate, ...difference }]), "nothing");
    });
  }

  for (const [reason, difference] of Object.entries({
    "another institution": { plaid_institution_id: "ins_2" },
    "another number": { plaid_account_mask: "1111" },
  })) {
    test(`is not one with ${reason}, which forbids another post as well`, () => {
      assert.equal(find([{ ...candidate, ...difference }]), "contradiction");
      assert.equal(
        find([
          { ...candidate, ...difference },
          { ...candidate, guid: "g3" },
        ]),
        "g3",
      );
    });
  }

  test("is not looked for in vain where a page was not read", () => {
    const lookup = findCreatedAccount({ accounts: [], isComplete: false }, query);
    assert.deepEqual(lookup, { found: "nothing", isComplete: false });
  });

  test("is not an old one, should Cybrid not tell when the workflow was created", () => {
    const unknown = { providerState: {} };
    assert.equal(find([candidate], unknown), "g1");
    const old = { ...candidate, created_at: "2025-12-31T23:00:00Z" };
    assert.equal(find([old], unknown), "nothing");
  });

  test("is not one that belongs to another link", () => {
    assert.equal(find([candidate], { knownIds: new Set(["g1"]) }), "nothing");
  });

  test("may say nothing of institution and number yet", () => {
    const early = { ...candidate, plaid_institution_id: null, plaid_account_mask: null };
    assert.equal(find([early]), "g1");
  });

  test("is a live one rather than a failed one", () => {
    const failed = { ...candidate, guid: "g2", state: "failed" };
    assert.equal(find([failed, candidate]), "g1");
    assert.equal(find([failed]), "g2");
  });
});
