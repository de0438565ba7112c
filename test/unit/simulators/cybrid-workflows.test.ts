import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { linkWorkflow, testCybrid } from "./cybrid-client.ts";

describe("Cybrid stand-in: workflows", () => {
  it("creates a link token that is readable some time after the workflow is completed", async (t) => {
    const { cybrid, plaid, call, advance } = await testCybrid(t, { workflowMs: 1000, tokenLagMs: 500 });
    const customer = cybrid.addCustomer({ type: "individual" });
    const redirect_uri = "https://shop.example/return";
    const created = await call("POST", "/api/workflows", linkWorkflow(customer, { redirect_uri }));
    assert.equal(created.status, 201);
    assert.equal(created.body.state, "storing");
    const read = async () => (await call("GET", `/api/workflows/${created.body.guid}`)).body;
    assert.deepEqual([(await read()).state, (await read()).plaid_link_token], ["storing", null]);
    advance(1000);
    assert.deepEqual([(await read()).state, (await read()).plaid_link_token], ["completed", null]);
    advance(500);
    const token = (await read()).plaid_link_token;
    assert.equal((await read()).plaid_link_token, token);
    assert.equal(plaid.linkToken(token)?.customerId, customer);
    assert.equal(plaid.linkToken(token)?.redirectUri, redirect_uri);
  });

  it("echoes neither kind nor redirect URI, and returns the token only for a single workflow", async (t) => {
    const { cybrid, call, advance } = await testCybrid(t);
    const customer = cybrid.addCustomer({ type: "individual" });
    const request = linkWorkflow(customer, { redirect_uri: "https://shop.example/return" });
    const { body } = await call("POST", "/api/workflows", request);
    const own = ["guid", "bank_guid", "customer_guid", "type", "state", "failure_code"];
    assert.deepEqual(Object.keys(body), [...own, "created_at", "updated_at"]);
    advance(10_000);
    const list = await call("GET", "/api/workflows");
    assert.deepEqual(Object.keys(list.body.objects[0]), Object.keys(body));
  });

  it("fails with the configured code", async (t) => {
    const { cybrid, call, advance } = await testCybrid(t, { workflowOutcome: { failed: "plaid_error" } });
    const customer = cybrid.addCustomer({ type: "individual" });
    const { body } = await call("POST", "/api/workflows", linkWorkflow(customer));
    assert.equal(body.failure_code, null);
    advance(10_000);
    const read = (await call("GET", `/api/workflows/${body.guid}`)).body;
    assert.deepEqual([read.state, read.failure_code, read.plaid_link_token], ["failed", "plaid_error", null]);
  });

  it("names all missing required fields at once", async (t) => {
    const { call } = await testCybrid(t);
    const { status, body } = await call("POST", "/api/workflows", { type: "plaid" });
    assert.deepEqual([status, body.message_code], [400, "missing_parameter"]);
    assert.equal(body.error_message, "Missing parameter. Required: kind, language, link_customization_name");
  });

  it("rejects a language that Plaid's customizations do not support", async (t) => {
    const { cybrid, call } = await testCybrid(t);
    const customer = cybrid.addCustomer({ type: "individual" });
    const { status, body } = await call("POST", "/api/workflows", linkWorkflow(customer, { language: "da" }));
    assert.deepEqual([status, body.message_code], [400, "invalid_value"]);
    assert.match(body.error_message, /Parameter: language supported values: \["en","fr","es","nl","de"\]/);
  });

  it("rejects fields that are too long", async (t) => {
    const { cybrid, call } = await testCybrid(t);
    const customer = cybrid.addCustomer({ type: "individual" });
    for (const name of ["redirect_uri", "link_customization_name"]) {
      const request = linkWorkflow(customer, { [name]: "x".repeat(129) });
      const { status, body } = await call("POST", "/api/workflows", request);
      assert.equal(status, 400);
      assert.equal(body.error_message, `Invalid value. ${name} must be at the most 128 characters long`);
    }
  });

  it("rejects a redirect URI that is not registered, at once or later", async (t) => {
    const { cybrid, call, advance } = await testCybrid(t, { redirectUris: ["https://shop.example/return"] });
    const customer = cybrid.addCustomer({ type: "individual" });
    const request = linkWorkflow(customer, { redirect_uri: "https://shop.example/return/" });
    const rejected = await call("POST", "/api/workflows", request);
    assert.deepEqual([rejected.status, rejected.body.message_code], [422, "invalid_parameter"]);
    cybrid.settings.unregisteredRedirectUri = "failed later";
    const { body } = await call("POST", "/api/workflows", request);
    advance(10_000);
    assert.equal((await call("GET", `/api/workflows/${body.guid}`)).body.state, "failed");
  });

  it("rejects hash routing, a query and plain http even where every URI counts as registered", async (t) => {
    const { cybrid, call } = await testCybrid(t);
    const customer = cybrid.addCustomer({ type: "individual" });
    const status = async (redirect_uri: string) =>
      (await call("POST", "/api/workflows", linkWorkflow(customer, { redirect_uri }))).status;
    assert.equal(await status("https://shop.example/#/return"), 422);
    assert.equal(await status("https://shop.example/return?a=1"), 422);
    assert.equal(await status("http://shop.example/return"), 422);
    assert.equal(await status("http://localhost:5173/"), 201);
  });

  it("rejects an unknown customer and a bank without a country", async (t) => {
    const { cybrid, call } = await testCybrid(t);
    const unknown = await call("POST", "/api/workflows", linkWorkflow("f".repeat(32)));
    assert.deepEqual([unknown.status, unknown.body.message_code], [422, "no_customer"]);
    cybrid.settings.countryConfigured = false;
    const customer = cybrid.addCustomer({ type: "individual" });
    const { status, body } = await call("POST", "/api/workflows", linkWorkflow(customer));
    assert.equal(status, 422);
    assert.match(body.error_message, /InvalidBankCountryCodeConfiguration/);
  });

  it("creates an update token for the item of the account", async (t) => {
    const { cybrid, plaid, call, advance, account } = await testCybrid(t);
    const customer = cybrid.addCustomer({ type: "individual" });
    const guid = await account(customer);
    const request = linkWorkflow(customer, { kind: "link_token_update", external_bank_account_guid: guid });
    const { body } = await call("POST", "/api/workflows", request);
    advance(10_000);
    const token = (await call("GET", `/api/workflows/${body.guid}`)).body.plaid_link_token;
    assert.equal(plaid.linkToken(token)?.updateItemId, cybrid.accounts(customer)[0]?.bank?.itemId);
  });

  it("rejects an update of another customer's account, of an unknown one, and of none", async (t) => {
    const { cybrid, call, account } = await testCybrid(t);
    const guid = await account(cybrid.addCustomer({ type: "individual" }));
    const another = cybrid.addCustomer({ type: "individual" });
    for (const external_bank_account_guid of [guid, "f".repeat(32)]) {
      const request = linkWorkflow(another, { kind: "link_token_update", external_bank_account_guid });
      const { status, body } = await call("POST", "/api/workflows", request);
      assert.deepEqual([status, body.message_code], [422, "invalid_parameter"]);
    }
    const { status, body } = await call(
      "POST",
      "/api/workflows",
      linkWorkflow(another, { kind: "link_token_update" }),
    );
    assert.deepEqual([status, body.message_code], [400, "missing_parameter"]);
  });

  it("answers 404 for an unknown workflow", async (t) => {
    const { call } = await testCybrid(t);
    const { status, body } = await call("GET", "/api/workflows/unknown");
    assert.deepEqual([status, body.error_message], [404, "workflow not found"]);
  });
});
