import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { detailsOf, enrich } from "../../../worker/ledger/enrich-account.ts";
import { accountName } from "../../../worker/providers/account-name.ts";
import { account } from "./links.ts";

const sent = {
  name: "First Platypus Bank - Checking",
  selection: {
    account: { id: "1", mask: "0000", subtype: "checking" },
    institution: { id: "ins_1", name: "First Platypus Bank" },
  },
};

describe("what Plaid Link told of an account", () => {
  test("stands where the provider says nothing", () => {
    const enriched = enrich(account("active"), detailsOf(sent));
    assert.equal(enriched.name, "First Platypus Bank - Checking");
    assert.equal(enriched.mask, "0000");
    assert.equal(enriched.type, "checking");
    assert.deepEqual(enriched.institution, { id: "ins_1", name: "First Platypus Bank" });
  });

  test("never stands for what the provider says", () => {
    const known = {
      ...account("active"),
      name: "Theirs",
      mask: "1111",
      institution: { id: "ins_1", name: "Theirs" },
    };
    const enriched = enrich(known, detailsOf(sent));
    assert.deepEqual([enriched.name, enriched.mask], ["Theirs", "1111"]);
    assert.deepEqual(enriched.institution, { id: "ins_1", name: "Theirs" });
  });

  test("names no institution that the provider knows as another one", () => {
    const other = { ...account("active"), institution: { id: "ins_9", name: null } };
    assert.deepEqual(enrich(other, detailsOf(sent)).institution, { id: "ins_9", name: null });
  });
});

test("a name cannot be shown as another one: what is invisible in it is dropped", () => {
  const name = "\u202E0000\u2066 gnikcehC\u200B\u0007";
  assert.equal(enrich({ ...account("active"), name }, detailsOf(sent)).name, "0000 gnikcehC");
  assert.equal(accountName({ account: { id: "1", name }, institution: null }, 128), "0000 gnikcehC");
});
