import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testCybrid } from "./cybrid-client.ts";

describe("Cybrid stand-in: access", () => {
  it("answers client credentials with an opaque token and its lifetime", async (t) => {
    const { cybrid, call } = await testCybrid(t, { accessTokenLifeS: 1234 });
    const { status, body } = await call(
      "POST",
      "/oauth/token",
      {
        grant_type: "client_credentials",
        client_id: cybrid.settings.clientId,
        client_secret: cybrid.settings.clientSecret,
        scope: "workflows:read customers:read",
      },
      null,
    );
    assert.equal(status, 200);
    assert.equal(body.expires_in, 1234);
    assert.equal(body.token_type, "Bearer");
    assert.equal(body.scope, "workflows:read customers:read");
    assert.equal(body.access_token.split(".").length, 1);
  });

  it("rejects wrong credentials in OAuth's shape", async (t) => {
    const { call } = await testCybrid(t);
    const { status, body } = await call(
      "POST",
      "/oauth/token",
      { grant_type: "client_credentials", client_id: "nobody", client_secret: "wrong" },
      null,
    );
    assert.equal(status, 401);
    assert.equal(body.error, "invalid_client");
    assert.equal(typeof body.error_description, "string");
  });

  it("requires the credentials in the body: Basic authentication is not accepted", async (t) => {
    const { cybrid } = await testCybrid(t);
    const { clientId, clientSecret } = cybrid.settings;
    const response = await fetch(`${cybrid.identityUrl}/oauth/token`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: JSON.stringify({ grant_type: "client_credentials", scope: "workflows:read" }),
    });
    assert.equal(response.status, 401);
  });

  it("gives a token only the requested scopes", async (t) => {
    const { call, token } = await testCybrid(t);
    const { status, body } = await call("GET", "/api/workflows", undefined, await token("customers:read"));
    assert.deepEqual([status, body.message_code], [403, "invalid_scopes"]);
  });

  it("rejects a scope that the client was not granted, or drops it, as configured", async (t) => {
    const { cybrid, call } = await testCybrid(t, { grantedScopes: ["workflows:read"] });
    const request = () =>
      call(
        "POST",
        "/oauth/token",
        {
          grant_type: "client_credentials",
          client_id: cybrid.settings.clientId,
          client_secret: cybrid.settings.clientSecret,
          scope: "workflows:read workflows:execute",
        },
        null,
      );
    const rejected = await request();
    assert.deepEqual([rejected.status, rejected.body.error], [400, "invalid_scope"]);
    cybrid.settings.excessScopes = "dropped";
    assert.equal((await request()).body.scope, "workflows:read");
  });

  it("rejects a request without a bearer token as malformed", async (t) => {
    const { call } = await testCybrid(t);
    const { status, body } = await call("GET", "/api/workflows", undefined, null);
    assert.equal(status, 401);
    assert.deepEqual(body, {
      status: 401,
      error_message: "Authorization header is malformed.",
      message_code: "authentication_malformed",
    });
  });

  it("rejects a token that it never issued", async (t) => {
    const { call } = await testCybrid(t);
    const { status, body } = await call("GET", "/api/workflows", undefined, "made-up");
    assert.deepEqual([status, body.message_code], [401, "authentication_failed"]);
  });

  it("rejects an expired token", async (t) => {
    const { call, advance, token } = await testCybrid(t, { accessTokenLifeS: 60 });
    const held = await token();
    advance(59_999);
    assert.equal((await call("GET", "/api/workflows", undefined, held)).status, 200);
    advance(1);
    const { status, body } = await call("GET", "/api/workflows", undefined, held);
    assert.deepEqual([status, body.error_message], [401, "Signature has expired"]);
  });

  it("names the missing scope", async (t) => {
    const { call, token } = await testCybrid(t);
    const reader = await token("workflows:read external_bank_accounts:read");
    for (const [method, path, scope] of [
      ["POST", "/api/workflows", "workflows:execute"],
      ["POST", "/api/external_bank_accounts", "external_bank_accounts:execute"],
      ["DELETE", "/api/external_bank_accounts/x", "external_bank_accounts:execute"],
      ["PATCH", "/api/external_bank_accounts/x", "external_bank_accounts:write"],
      ["GET", "/api/customers/x", "customers:read"],
      ["POST", "/api/identity_verifications", "identity_verifications:execute"],
      ["GET", "/api/identity_verifications", "identity_verifications:read"],
    ] as const) {
      const { status, body } = await call(method, path, undefined, reader);
      assert.deepEqual(body, {
        status: 403,
        error_message: `Invalid scopes. Required: ${scope}`,
        message_code: "invalid_scopes",
      });
      assert.equal(status, 403);
    }
  });

  it("expires every access token on demand", async (t) => {
    const { cybrid, call } = await testCybrid(t);
    assert.equal((await call("GET", "/api/workflows")).status, 200);
    cybrid.expireAccessTokens();
    assert.equal((await call("GET", "/api/workflows")).status, 401);
  });

  it("reads a customer", async (t) => {
    const { cybrid, call } = await testCybrid(t);
    const guid = cybrid.addCustomer({ type: "business", state: "unverified" });
    const { body } = await call("GET", `/api/customers/${guid}`);
    assert.deepEqual([body.guid, body.type, body.state], [guid, "business", "unverified"]);
    assert.equal((await call("GET", "/api/customers/unknown")).status, 404);
  });

  it("logs calls with their version, customer and body, but without their token", async (t) => {
    const { cybrid, token } = await testCybrid(t);
    const guid = cybrid.addCustomer({ type: "individual" });
    await fetch(`${cybrid.url}/api/external_bank_accounts?customer_guid=${guid}`, {
      headers: { authorization: `Bearer ${await token()}`, "accept-version": "2026-04-01" },
    });
    const call = cybrid.calls.at(-1);
    assert.equal(call?.route, "GET /api/external_bank_accounts");
    assert.equal(call?.status, 200);
    assert.equal(call?.customer, guid);
    assert.equal(call?.headers["accept-version"], "2026-04-01");
    assert.equal(call?.headers.authorization, undefined);
  });
});
