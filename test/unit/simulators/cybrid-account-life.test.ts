import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testCybrid } from "./cybrid-client.ts";

const path = "/api/external_bank_accounts";

describe("Cybrid stand-in: the life of an external bank account", () => {
  it("lists by page, newest first, with totals", async (t) => {
    const { cybrid, call, account, advance } = await testCybrid(t, { duplicateDetection: false });
    const customer = cybrid.addCustomer({ type: "individual" });
    const guids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      guids.push(await account(customer));
      advance(1);
    }
    await account(cybrid.addCustomer({ type: "individual" }));
    const { body } = await call("GET", `${path}?customer_guid=${customer}&page=0&per_page=2`);
    assert.deepEqual([body.total, body.page, body.per_page], [3, 0, 2]);
    assert.deepEqual(
      body.objects.map((object: { guid: string }) => object.guid),
      [guids[2], guids[1]],
    );
    const rest = await call("GET", `${path}?customer_guid=${customer}&page=1&per_page=2`);
    assert.deepEqual(
      rest.body.objects.map((object: { guid: string }) => object.guid),
      [guids[0]],
    );
    assert.equal((await call("GET", path)).body.total, 4);
  });

  it("rejects pages and filters out of bounds", async (t) => {
    const { call } = await testCybrid(t);
    for (const query of ["per_page=101", "per_page=0", "page=-1", `guid=${"x".repeat(4097)}`]) {
      const { status, body } = await call("GET", `${path}?${query}`);
      assert.deepEqual([status, body.message_code], [400, "invalid_value"], query);
    }
  });

  it("filters by several values of state", async (t) => {
    const { cybrid, call, account } = await testCybrid(t, { duplicateDetection: false });
    const customer = cybrid.addCustomer({ type: "business" });
    const refresh = await account(customer);
    const failed = await account(customer);
    await account(customer);
    cybrid.forceState(refresh, "refresh_required");
    cybrid.forceState(failed, "failed", "create_failed");
    const { body } = await call("GET", `${path}?state=refresh_required,failed`);
    assert.equal(body.total, 2);
  });

  it("filters by guid and by asset", async (t) => {
    const { cybrid, call, account } = await testCybrid(t, { duplicateDetection: false });
    const customer = cybrid.addCustomer({ type: "individual" });
    const [one, other] = [await account(customer), await account(customer)];
    await account(customer);
    assert.equal((await call("GET", `${path}?guid=${one},${other}`)).body.total, 2);
    assert.equal((await call("GET", `${path}?asset=USD`)).body.total, 3);
    assert.equal((await call("GET", `${path}?asset=CAD`)).body.total, 0);
  });

  it("filters by completed for individuals only", async (t) => {
    const { cybrid, call, account } = await testCybrid(t);
    await account(cybrid.addCustomer({ type: "business" }));
    const guid = await account(cybrid.addCustomer({ type: "individual" }));
    const { body } = await call("GET", `${path}?state=completed,unverified`);
    assert.deepEqual(
      body.objects.map((object: { guid: string }) => object.guid),
      [guid],
    );
  });

  it("shows a new account late in lists, but at once by its guid", async (t) => {
    const { cybrid, call, advance, linkedAccount } = await testCybrid(t, { listLagMs: 5000 });
    const customer = cybrid.addCustomer({ type: "individual" });
    const { body } = await call("POST", path, linkedAccount(customer));
    assert.equal((await call("GET", `${path}/${body.guid}`)).status, 200);
    assert.equal((await call("GET", path)).body.total, 0);
    advance(5000);
    assert.equal((await call("GET", path)).body.total, 1);
  });

  it("shows one account late when a fault says so", async (t) => {
    const { cybrid, call, advance, linkedAccount } = await testCybrid(t);
    cybrid.faults.once(`POST ${path}`, { kind: "late-in-list", ms: 5000 });
    await call("POST", path, linkedAccount(cybrid.addCustomer({ type: "individual" })));
    await call("POST", path, linkedAccount(cybrid.addCustomer({ type: "individual" })));
    assert.equal((await call("GET", path)).body.total, 1);
    advance(5000);
    assert.equal((await call("GET", path)).body.total, 2);
  });

  it("simulates an expired connection and its repair", async (t) => {
    const { cybrid, call, account } = await testCybrid(t);
    const guid = await account(cybrid.addCustomer({ type: "individual" }));
    const patch = async (state: string) => (await call("PATCH", `${path}/${guid}`, { state })).body.state;
    assert.equal(await patch("refresh_required"), "refresh_required");
    assert.equal(await patch("completed"), "completed");
  });

  it("is unverified after a repair where ownership was never verified, or as configured", async (t) => {
    const { cybrid, call, account } = await testCybrid(t, { accountOutcome: "unverified" });
    const guid = await account(cybrid.addCustomer({ type: "individual" }));
    const repair = async () => {
      cybrid.forceState(guid, "refresh_required");
      return (await call("PATCH", `${path}/${guid}`, { state: "completed" })).body.state;
    };
    assert.equal(await repair(), "unverified");
    cybrid.settings.patchAnswers = "completed";
    assert.equal(await repair(), "completed");
    cybrid.settings.patchAnswers = "unverified";
    assert.equal(await repair(), "unverified");
  });

  it("renames, and rejects invalid states and names", async (t) => {
    const { cybrid, call, account } = await testCybrid(t);
    const guid = await account(cybrid.addCustomer({ type: "individual" }));
    assert.equal((await call("PATCH", `${path}/${guid}`, { name: "Savings jar" })).body.name, "Savings jar");
    assert.equal((await call("PATCH", `${path}/${guid}`, { state: "deleted" })).status, 400);
    assert.equal((await call("PATCH", `${path}/${guid}`, { name: "" })).status, 400);
    cybrid.forceState(guid, "failed", "create_failed");
    assert.equal((await call("PATCH", `${path}/${guid}`, { state: "completed" })).status, 422);
  });

  it("is deleting for a while, then deleted", async (t) => {
    const { cybrid, call, advance, account } = await testCybrid(t, { deletingMs: 400 });
    const guid = await account(cybrid.addCustomer({ type: "individual" }));
    const removed = await call("DELETE", `${path}/${guid}`);
    assert.deepEqual([removed.status, removed.body.state], [200, "deleting"]);
    advance(400);
    assert.equal((await call("GET", `${path}/${guid}`)).body.state, "deleted");
    cybrid.settings.deletedAccounts = "hidden";
    assert.equal((await call("GET", `${path}/${guid}`)).status, 404);
    assert.equal((await call("GET", path)).body.total, 0);
    assert.equal((await call("DELETE", `${path}/unknown`)).status, 404);
  });

  it("reads balances on request, which can make the account need a refresh", async (t) => {
    const { cybrid, call, account } = await testCybrid(t);
    const guid = await account(cybrid.addCustomer({ type: "individual" }));
    const plain = await call("GET", `${path}/${guid}`);
    assert.equal("balances" in plain.body, false);
    const read = await call("GET", `${path}/${guid}?include_balances=true`);
    assert.equal(typeof read.body.balances.available, "number");
    cybrid.setBalanceOutcome(guid, "refresh_required");
    assert.equal((await call("GET", `${path}/${guid}`)).body.state, "completed");
    const rejected = await call("GET", `${path}/${guid}?force_balance_refresh=true`);
    assert.deepEqual([rejected.status, rejected.body.error_message], [422, "Bank account refresh required"]);
    assert.equal((await call("GET", `${path}/${guid}`)).body.state, "refresh_required");
  });

  it("can be deleted by a balance read, or the bank does not respond", async (t) => {
    const { cybrid, call, account } = await testCybrid(t, { balanceOutcome: "not_responding" });
    const guid = await account(cybrid.addCustomer({ type: "individual" }));
    const silent = await call("GET", `${path}/${guid}?include_balances=true`);
    assert.deepEqual([silent.status, silent.body.message_code], [422, "request_timeout"]);
    cybrid.settings.balanceOutcome = "deleted";
    assert.equal((await call("GET", `${path}/${guid}?include_balances=true`)).status, 422);
    assert.equal(cybrid.accounts()[0]?.state, "deleting");
  });
});
