import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CybridTest, testCybrid } from "./cybrid-client.ts";

const path = "/api/external_bank_accounts";

async function settled({ call, advance }: CybridTest, request: unknown) {
  const { body } = await call("POST", path, request);
  advance(10_000);
  return (await call("GET", `${path}/${body.guid}`)).body;
}

describe("Cybrid stand-in: creating an external bank account", () => {
  it("is storing for a while, then completed", async (t) => {
    const { cybrid, call, advance, linkedAccount } = await testCybrid(t, { accountMs: 700 });
    const customer = cybrid.addCustomer({ type: "individual" });
    const { status, body } = await call("POST", path, linkedAccount(customer));
    assert.deepEqual([status, body.state, body.customer_guid], [201, "storing", customer]);
    advance(699);
    assert.equal((await call("GET", `${path}/${body.guid}`)).body.state, "storing");
    advance(1);
    const read = (await call("GET", `${path}/${body.guid}`)).body;
    assert.equal(read.state, "completed");
    assert.equal(read.plaid_institution_id, "ins_109508");
    assert.equal(read.plaid_account_mask, "0000");
    assert.equal(read.name, "First Platypus Bank - Plaid Checking");
  });

  it("never returns tokens, account ids or the institution's name", async (t) => {
    const test = await testCybrid(t);
    const request = test.linkedAccount(test.cybrid.addCustomer({ type: "individual" }));
    const text = JSON.stringify(await settled(test, { ...request, name: "mine" }));
    assert.ok(!text.includes(String(request.plaid_public_token)));
    assert.ok(!text.includes(String(request.plaid_account_id)));
    assert.ok(!text.includes("Platypus"));
  });

  it("can leave the accounts of individuals unverified", async (t) => {
    const test = await testCybrid(t, { accountOutcome: "by-customer" });
    const individual = test.linkedAccount(test.cybrid.addCustomer({ type: "individual" }));
    const business = test.linkedAccount(test.cybrid.addCustomer({ type: "business" }));
    assert.equal((await settled(test, individual)).state, "unverified");
    assert.equal((await settled(test, business)).state, "completed");
  });

  it("fails with the configured code", async (t) => {
    const test = await testCybrid(t, { accountOutcome: { failed: "create_failed" } });
    const read = await settled(test, test.linkedAccount(test.cybrid.addCustomer({ type: "individual" })));
    assert.deepEqual([read.state, read.failure_code], ["failed", "create_failed"]);
  });

  it("fails as a duplicate when the customer has that bank account already", async (t) => {
    const test = await testCybrid(t);
    const customer = test.cybrid.addCustomer({ type: "individual" });
    const another = test.cybrid.addCustomer({ type: "individual" });
    assert.equal((await settled(test, test.linkedAccount(customer))).state, "completed");
    const second = await test.call("POST", path, test.linkedAccount(customer));
    assert.deepEqual([second.status, second.body.state], [201, "storing"]);
    test.advance(10_000);
    const read = (await test.call("GET", `${path}/${second.body.guid}`)).body;
    assert.deepEqual([read.state, read.failure_code], ["failed", "duplicate"]);
    assert.equal((await settled(test, test.linkedAccount(customer, ["savings"]))).state, "completed");
    assert.equal((await settled(test, test.linkedAccount(another))).state, "completed");
  });

  it("accepts a bank account again after the first was deleted", async (t) => {
    const test = await testCybrid(t);
    const customer = test.cybrid.addCustomer({ type: "individual" });
    const first = await settled(test, test.linkedAccount(customer));
    await test.call("DELETE", `${path}/${first.guid}`);
    assert.equal((await settled(test, test.linkedAccount(customer))).state, "completed");
  });

  it("ignores idempotency keys: a repeated post is another post", async (t) => {
    const { cybrid, plaid, linkedAccount, token } = await testCybrid(t, { duplicateDetection: false });
    plaid.settings.singleUsePublicTokens = false;
    const body = JSON.stringify(linkedAccount(cybrid.addCustomer({ type: "individual" })));
    const headers = { authorization: `Bearer ${await token()}`, "idempotency-key": "key-1" };
    for (let count = 0; count < 2; count += 1) {
      await fetch(`${cybrid.url}/api/external_bank_accounts`, { method: "POST", headers, body });
    }
    assert.equal(cybrid.accounts().length, 2);
  });

  it("creates a second account from the same post when its protections are off", async (t) => {
    const test = await testCybrid(t, { duplicateDetection: false });
    test.plaid.settings.singleUsePublicTokens = false;
    const customer = test.cybrid.addCustomer({ type: "individual" });
    const request = test.linkedAccount(customer);
    await test.call("POST", path, request);
    await test.call("POST", path, request);
    test.advance(10_000);
    assert.deepEqual(
      test.cybrid.accounts(customer).map((account) => account.state),
      ["completed", "completed"],
    );
  });

  it("rejects a used public token at once, or fails later, as configured", async (t) => {
    const test = await testCybrid(t);
    const request = test.linkedAccount(test.cybrid.addCustomer({ type: "individual" }));
    await settled(test, request);
    const rejected = await test.call("POST", path, request);
    assert.deepEqual([rejected.status, rejected.body.message_code], [422, "invalid_parameter"]);
    assert.equal(test.cybrid.accounts().length, 1);
    test.cybrid.settings.spentTokenAnswers = "failed later";
    const read = await settled(test, request);
    assert.deepEqual([read.state, read.failure_code], ["failed", "plaid_processor_token"]);
  });

  it("fails for a Plaid account that the token does not contain", async (t) => {
    const test = await testCybrid(t);
    const request = test.linkedAccount(test.cybrid.addCustomer({ type: "individual" }));
    const read = await settled(test, { ...request, plaid_account_id: "another" });
    assert.deepEqual([read.state, read.failure_code], ["failed", "plaid_processor_token"]);
  });

  it("fails for a token of several accounts and for an account type without payments", async (t) => {
    const test = await testCybrid(t);
    const customer = test.cybrid.addCustomer({ type: "individual" });
    const several = await settled(test, test.linkedAccount(customer, ["checking", "savings"]));
    assert.equal(several.failure_code, "plaid_multiple_accounts");
    const deposit = await settled(test, test.linkedAccount(customer, ["cd"]));
    assert.equal(deposit.failure_code, "invalid_account_type");
  });

  it("rejects missing and overlong fields without using the token", async (t) => {
    const test = await testCybrid(t);
    const request = test.linkedAccount(test.cybrid.addCustomer({ type: "individual" }));
    const { plaid_public_token: _, plaid_account_id: __, ...lacking } = request;
    const missing = await test.call("POST", path, lacking);
    assert.equal(
      missing.body.error_message,
      "Missing parameter. Required: plaid_public_token, plaid_account_id",
    );
    for (const name of ["name", "plaid_public_token", "plaid_account_id"]) {
      for (const value of ["", "x".repeat(129)]) {
        const { status, body } = await test.call("POST", path, { ...request, [name]: value });
        assert.deepEqual([status, body.message_code], [400, "invalid_value"], `${name}: ${value.length}`);
      }
    }
    assert.equal((await settled(test, request)).state, "completed");
  });

  it("rejects an unknown customer", async (t) => {
    const test = await testCybrid(t);
    const request = test.linkedAccount("f".repeat(32));
    const { status, body } = await test.call("POST", path, request);
    assert.deepEqual([status, body.message_code], [422, "no_customer"]);
    assert.equal(body.error_message, "Unable to process request: InvalidCustomer - Customer not found");
  });

  it("rejects a body that is not JSON", async (t) => {
    const test = await testCybrid(t);
    const response = await fetch(test.cybrid.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${await test.token()}` },
      body: "{",
    });
    assert.equal(response.status, 400);
  });
});
