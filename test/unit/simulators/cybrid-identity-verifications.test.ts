import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testCybrid } from "./cybrid-client.ts";

const path = "/api/identity_verifications";

function ownershipCheck(customer_guid: string, external_bank_account_guid: string, more = {}) {
  return {
    type: "bank_account",
    method: "account_ownership",
    customer_guid,
    external_bank_account_guid,
    ...more,
  };
}

describe("Cybrid stand-in: ownership checks", () => {
  it("passes through its states and completes the account", async (t) => {
    const { cybrid, call, advance, account } = await testCybrid(t, {
      accountOutcome: "unverified",
      verificationMs: 900,
      verificationStates: ["storing", "waiting", "pending"],
    });
    const customer = cybrid.addCustomer({ type: "individual" });
    const guid = await account(customer);
    const { status, body } = await call("POST", path, ownershipCheck(customer, guid));
    assert.equal(status, 201);
    assert.equal(body.external_bank_account_guid, guid);
    const states: string[] = [];
    for (let step = 0; step < 4; step += 1) {
      states.push((await call("GET", `${path}/${body.guid}`)).body.state);
      advance(300);
    }
    assert.deepEqual(states, ["storing", "waiting", "pending", "completed"]);
    assert.equal((await call("GET", `${path}/${body.guid}`)).body.outcome, "passed");
    assert.equal((await call("GET", `/api/external_bank_accounts/${guid}`)).body.state, "completed");
  });

  it("fails or passes at once where expected_behaviours says so", async (t) => {
    const { cybrid, call, account } = await testCybrid(t, { accountOutcome: "unverified" });
    const customer = cybrid.addCustomer({ type: "individual" });
    const guid = await account(customer);
    const check = async (expected: string) => {
      const request = ownershipCheck(customer, guid, { expected_behaviours: [expected] });
      const { body } = await call("POST", path, request);
      return (await call("GET", `${path}/${body.guid}`)).body;
    };
    const failed = await check("failed_immediately");
    assert.deepEqual([failed.outcome, failed.failure_codes], ["failed", ["requested_failure"]]);
    assert.equal(cybrid.accounts()[0]?.state, "unverified");
    assert.equal((await check("passed_immediately")).outcome, "passed");
    assert.equal(cybrid.accounts()[0]?.state, "completed");
  });

  it("ends as configured: failed with codes, or expired", async (t) => {
    const { cybrid, call, advance, account } = await testCybrid(t, { accountOutcome: "unverified" });
    const customer = cybrid.addCustomer({ type: "individual" });
    const guid = await account(customer);
    const ending = async () => {
      const { body } = await call("POST", path, ownershipCheck(customer, guid));
      advance(10_000);
      const read = (await call("GET", `${path}/${body.guid}`)).body;
      return [read.state, read.outcome, read.failure_codes];
    };
    cybrid.settings.verificationOutcome = { failed: ["name_check_failure"] };
    assert.deepEqual(await ending(), ["completed", "failed", ["name_check_failure"]]);
    cybrid.settings.verificationOutcome = "expired";
    assert.deepEqual(await ending(), ["expired", null, null]);
  });

  it("rejects an account that is storing or already verified, and another customer's", async (t) => {
    const { cybrid, call, account, linkedAccount } = await testCybrid(t);
    const customer = cybrid.addCustomer({ type: "individual" });
    const another = cybrid.addCustomer({ type: "individual" });
    const verified = await account(customer);
    const storing = (await call("POST", "/api/external_bank_accounts", linkedAccount(another))).body.guid;
    for (const [whose, guid] of [
      [customer, verified],
      [another, storing],
      [another, verified],
    ] as const) {
      const { status, body } = await call("POST", path, ownershipCheck(whose, guid));
      assert.equal(status, 422);
      assert.match(body.error_message, /Invalid bank account to verify/);
    }
  });

  it("rejects a customer who is not verified", async (t) => {
    const { cybrid, call, account } = await testCybrid(t, { accountOutcome: "unverified" });
    const customer = cybrid.addCustomer({ type: "individual", state: "unverified" });
    const guid = await account(customer);
    assert.equal((await call("POST", path, ownershipCheck(customer, guid))).status, 422);
    cybrid.setCustomerState(customer, "verified");
    assert.equal((await call("POST", path, ownershipCheck(customer, guid))).status, 201);
  });

  it("lists the checks of a customer", async (t) => {
    const { cybrid, call, account } = await testCybrid(t, { accountOutcome: "unverified" });
    const customer = cybrid.addCustomer({ type: "individual" });
    await call("POST", path, ownershipCheck(customer, await account(customer)));
    assert.equal((await call("GET", `${path}?customer_guid=${customer}`)).body.total, 1);
    assert.equal((await call("GET", `${path}?customer_guid=${"f".repeat(32)}`)).body.total, 0);
  });
});
