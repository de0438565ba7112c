import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defaultLynxPaths } from "../../simulators/lynx/index.ts";
import { testLynx } from "./lynx-client.ts";

const paths = { ...defaultLynxPaths, accounts: "/member/external-accounts" };

describe("Lynx stand-in: access", () => {
  it("answers a JWT whose exp matches expires_in", async (t) => {
    const { tokenRequest } = await testLynx(t, { settings: { accessTokenLifeS: 900 } });
    const { status, body } = await tokenRequest();
    assert.deepEqual([status, body.expires_in], [200, 900]);
    const claims = JSON.parse(Buffer.from(body.access_token.split(".")[1], "base64url").toString());
    assert.equal(claims.exp, Date.parse("2030-01-01T00:15:00Z") / 1000);
  });

  it("can omit expires_in", async (t) => {
    const { tokenRequest } = await testLynx(t, { settings: { expiresIn: false } });
    assert.equal("expires_in" in (await tokenRequest()).body, false);
  });

  it("requires the audience with its trailing slash", async (t) => {
    const { lynx, tokenRequest } = await testLynx(t);
    assert.equal((await tokenRequest({ audience: lynx.url })).status, 403);
    assert.equal((await tokenRequest({ audience: `${lynx.url}/` })).status, 200);
  });

  it("accepts as audience whatever URL it is called by", async (t) => {
    const { lynx } = await testLynx(t);
    const { clientId, clientSecret } = lynx.settings;
    const url = lynx.url.replace("127.0.0.1", "localhost");
    const response = await fetch(`${url}/oauth/token`, {
      method: "POST",
      body: JSON.stringify({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: clientSecret,
        audience: `${url}/`,
      }),
    });
    assert.equal(response.status, 200);
  });

  it("rejects wrong credentials", async (t) => {
    const { tokenRequest } = await testLynx(t);
    assert.equal((await tokenRequest({ client_secret: "wrong" })).status, 401);
    assert.equal((await tokenRequest({ grant_type: "password" })).status, 400);
  });

  it("returns the same token until five minutes before it expires", async (t) => {
    const { tokenRequest, advance } = await testLynx(t, { settings: { accessTokenLifeS: 3600 } });
    const token = async () => (await tokenRequest()).body.access_token;
    const first = await token();
    advance(3_299_000);
    assert.equal(await token(), first);
    advance(1000);
    assert.notEqual(await token(), first);
  });

  it("rejects operations without a valid token", async (t) => {
    const { lynx, post, tokenRequest, linkTokenRequest, advance } = await testLynx(t);
    const held = (await tokenRequest()).body.access_token;
    for (const token of [null, "made-up"]) {
      const { status, body } = await post(lynx.paths.linkToken, linkTokenRequest("member-1"), token);
      assert.deepEqual([status, body.data], [401, null]);
    }
    assert.equal((await post(lynx.paths.linkToken, linkTokenRequest("member-1"), held)).status, 200);
    advance(3_600_000);
    assert.equal((await post(lynx.paths.linkToken, linkTokenRequest("member-1"), held)).status, 401);
  });
});

describe("Lynx stand-in: Get Link Token", () => {
  it("creates a link token for the member and the redirect URI", async (t) => {
    const { plaid, post, linkTokenRequest } = await testLynx(t);
    const { status, body } = await post(paths.linkToken, linkTokenRequest("member-1"));
    assert.deepEqual([status, body.exceptions], [200, []]);
    const record = plaid.linkToken(body.data.token);
    assert.deepEqual([record?.customerId, record?.redirectUri], ["member-1", "https://shop.example/return"]);
  });

  it("can answer bare data, and the token under its other name", async (t) => {
    const { post, linkTokenRequest } = await testLynx(t, {
      settings: { answers: "bare", linkTokenField: "linkToken" },
    });
    const { body } = await post(paths.linkToken, linkTokenRequest("member-1"));
    assert.match(body.linkToken, /^link-sandbox-/);
  });

  it("replays the earlier token under the same key, even when it has expired", async (t) => {
    const { post, linkTokenRequest, advance, plaid } = await testLynx(t);
    const tokenFor = async (key: string) =>
      (await post(paths.linkToken, linkTokenRequest("member-1", {}, key))).body.data.token;
    const first = await tokenFor("key-1");
    advance(plaid.settings.linkTokenLifeMs);
    assert.equal(await tokenFor("key-1"), first);
    assert.equal(plaid.linkToken(first), undefined);
    assert.notEqual(await tokenFor("key-2"), first);
  });

  it("reports every missing field as an exception of its own", async (t) => {
    const { post } = await testLynx(t);
    const { status, body } = await post(paths.linkToken, {
      data: {},
      idempotency: { idempotencyKey: "key-1" },
    });
    assert.deepEqual([status, body.data], [400, null]);
    assert.deepEqual(
      body.exceptions.map((exception: { exceptionSource: string; exceptionMessage: string }) => [
        exception.exceptionSource,
        exception.exceptionMessage,
      ]),
      [
        ["PARAMETER", "data.member.clientMemberId is required"],
        ["PARAMETER", "data.clientOrg.name is required"],
        ["PARAMETER", "data.redirectUri is required"],
      ],
    );
  });

  it("rejects a missing or overlong key", async (t) => {
    const { post, linkTokenRequest } = await testLynx(t);
    for (const key of ["", "k".repeat(256)]) {
      assert.equal((await post(paths.linkToken, linkTokenRequest("member-1", {}, key))).status, 400);
    }
    assert.equal(
      (await post(paths.linkToken, linkTokenRequest("member-1", {}, "k".repeat(255)))).status,
      200,
    );
  });

  it("rejects another organisation, an unregistered redirect URI and an unknown member", async (t) => {
    const { post, linkTokenRequest } = await testLynx(t, {
      settings: { redirectUris: ["https://shop.example/return"], members: ["member-1"] },
    });
    for (const request of [
      linkTokenRequest("member-1", { clientOrg: { name: "another-org" } }),
      linkTokenRequest("member-1", { redirectUri: "https://shop.example/return/" }),
      linkTokenRequest("member-2"),
    ]) {
      const { status, body } = await post(paths.linkToken, request);
      assert.equal(status, 400);
      assert.equal(body.exceptions[0].exceptionSource, "SYSTEM");
      assert.match(body.exceptions[0].errorCode, /^GBL-\d{3}$/);
    }
    assert.equal((await post(paths.linkToken, linkTokenRequest("member-1"))).status, 200);
  });

  it("fills errorCode only for SYSTEM with status 400", async (t) => {
    const { lynx, post, linkTokenRequest } = await testLynx(t);
    const exception = async (request: unknown, token?: string | null) => {
      const { errorCode, exceptionSource } = (await post(paths.linkToken, request, token)).body.exceptions[0];
      return [errorCode === null, exceptionSource];
    };
    assert.deepEqual(await exception(linkTokenRequest("m", { clientOrg: { name: "other" } })), [
      false,
      "SYSTEM",
    ]);
    assert.deepEqual(await exception(linkTokenRequest("m", { redirectUri: null })), [true, "PARAMETER"]);
    assert.deepEqual(await exception(linkTokenRequest("m"), null), [true, "SYSTEM"]);
    lynx.faults.once("*", { kind: "status", status: 500 });
    const { body } = await post(paths.linkToken, linkTokenRequest("m"), "any");
    assert.equal(body.exceptions[0].errorCode, null);
  });

  it("rejects a body that is not JSON", async (t) => {
    const { lynx, tokenRequest } = await testLynx(t);
    const response = await fetch(lynx.url + paths.linkToken, {
      method: "POST",
      headers: { authorization: `Bearer ${(await tokenRequest()).body.access_token}` },
      body: "{",
    });
    assert.equal(response.status, 400);
    const { exceptions } = (await response.json()) as { exceptions: { exceptionSource: string }[] };
    assert.equal(exceptions[0]?.exceptionSource, "JSON");
  });
});

describe("Lynx stand-in: Link External Account Verified", () => {
  it("creates one account for the member", async (t) => {
    const { lynx, post, linkVerifiedRequest } = await testLynx(t);
    const { status, body } = await post(paths.linkVerified, linkVerifiedRequest("member-1"));
    assert.equal(status, 200);
    assert.equal(lynx.accounts("member-1").length, 1);
    assert.equal(body.data, lynx.accounts("member-1")[0]?.id);
    assert.equal(lynx.accounts("member-2").length, 0);
  });

  it("answers a UUID, an object or nothing, as configured", async (t) => {
    const { lynx, post, linkVerifiedRequest } = await testLynx(t, {
      settings: { linkVerifiedData: "object" },
    });
    const object = await post(paths.linkVerified, linkVerifiedRequest("member-1"));
    assert.equal(object.body.data.id, lynx.accounts()[0]?.id);
    lynx.settings.linkVerifiedData = "nothing";
    const nothing = await post(paths.linkVerified, linkVerifiedRequest("member-1"));
    assert.deepEqual(nothing.body, { data: null, exceptions: [] });
    lynx.settings.answers = "bare";
    lynx.settings.linkVerifiedData = "uuid";
    const bare = await post(paths.linkVerified, linkVerifiedRequest("member-1"));
    assert.equal(bare.body, lynx.accounts()[2]?.id);
  });

  it("can warn beside its answer, and add the account all the same", async (t) => {
    const { lynx, post, linkVerifiedRequest } = await testLynx(t, { settings: { linkVerifiedWarns: true } });
    const { status, body } = await post(paths.linkVerified, linkVerifiedRequest("member-1"));
    assert.deepEqual([status, body.data], [200, lynx.accounts()[0]?.id]);
    assert.equal(body.exceptions.length, 1);
  });

  it("does nothing under a key that has succeeded, whatever the body says", async (t) => {
    const { lynx, plaid, post, linkVerifiedRequest } = await testLynx(t);
    plaid.settings.singleUsePublicTokens = false;
    const first = await post(paths.linkVerified, linkVerifiedRequest("member-1", {}, "key-1"));
    const again = await post(
      paths.linkVerified,
      linkVerifiedRequest("member-2", { name: "another" }, "key-1"),
    );
    assert.deepEqual(again, first);
    assert.equal(lynx.accounts().length, 1);
  });

  it("keeps a key forever", async (t) => {
    const { lynx, post, linkVerifiedRequest, advance } = await testLynx(t);
    const first = await post(paths.linkVerified, linkVerifiedRequest("member-1", {}, "key-1"));
    advance(20 * 365 * 24 * 3_600_000);
    assert.deepEqual(await post(paths.linkVerified, linkVerifiedRequest("member-1", {}, "key-1")), first);
    assert.equal(lynx.accounts().length, 1);
  });

  it("can be retried after a 500, with the same key and the same body", async (t) => {
    const { lynx, post, linkVerifiedRequest } = await testLynx(t);
    const request = linkVerifiedRequest("member-1", {}, "key-1");
    lynx.faults.once(`POST ${paths.linkVerified}`, { kind: "status", status: 500, work: "done" });
    assert.equal((await post(paths.linkVerified, request)).status, 500);
    assert.equal((await post(paths.linkVerified, request)).status, 200);
    assert.equal(lynx.accounts().length, 1);
  });

  it("keeps keys separate for each operation, and unused after a rejection", async (t) => {
    const { lynx, post, linkTokenRequest, linkVerifiedRequest } = await testLynx(t);
    await post(paths.linkToken, linkTokenRequest("member-1", {}, "key-1"));
    const rejected = linkVerifiedRequest("member-1", { type: "checking" }, "key-1");
    assert.equal((await post(paths.linkVerified, rejected)).status, 400);
    assert.equal((await post(paths.linkVerified, linkVerifiedRequest("member-1", {}, "key-1"))).status, 200);
    assert.equal(lynx.accounts().length, 1);
  });

  it("accepts the four spellings of its two types and no other", async (t) => {
    const { post, linkVerifiedRequest } = await testLynx(t);
    for (const type of ["CHECKING", "Checking", "SAVINGS", "Savings"]) {
      assert.equal((await post(paths.linkVerified, linkVerifiedRequest("member-1", { type }))).status, 200);
    }
    for (const type of ["checking", "money market", "cd"]) {
      assert.equal((await post(paths.linkVerified, linkVerifiedRequest("member-1", { type }))).status, 400);
    }
  });

  it("rejects a used public token and an account that it does not contain", async (t) => {
    const { lynx, plaid, post, linkVerifiedRequest } = await testLynx(t);
    const { linkToken } = plaid.createLinkToken({ customerId: "member-1" });
    const { publicToken, item } = plaid.issuePublicToken(linkToken, "ins_109508");
    const more = { partnerAccessToken: publicToken, partnerAccountId: item.accounts[0]?.id };
    assert.equal((await post(paths.linkVerified, linkVerifiedRequest("member-1", more))).status, 200);
    assert.equal((await post(paths.linkVerified, linkVerifiedRequest("member-1", more))).status, 400);
    const elsewhere = linkVerifiedRequest("member-1", { partnerAccountId: "another" });
    assert.equal((await post(paths.linkVerified, elsewhere)).status, 400);
    assert.equal(lynx.accounts().length, 1);
  });

  it("creates a second account under another key when its protections are off", async (t) => {
    const { lynx, plaid, post, linkVerifiedRequest } = await testLynx(t, {
      settings: { duplicateDetection: true },
    });
    await post(paths.linkVerified, linkVerifiedRequest("member-1"));
    assert.equal((await post(paths.linkVerified, linkVerifiedRequest("member-1"))).status, 400);
    lynx.settings.duplicateDetection = false;
    plaid.settings.singleUsePublicTokens = false;
    assert.equal((await post(paths.linkVerified, linkVerifiedRequest("member-1"))).status, 200);
    assert.equal(lynx.accounts("member-1").length, 2);
  });
});

describe("Lynx stand-in: the list of accounts", () => {
  const listRequest = (clientMemberId: string) => ({
    data: { member: { clientMemberId }, clientOrg: { name: "example-org" } },
  });

  it("can list accounts as not verified", async (t) => {
    const { post, linkVerifiedRequest } = await testLynx(t, { settings: { verifiedIndicator: false } });
    await post(paths.linkVerified, linkVerifiedRequest("member-1"));
    const { body } = await post(paths.accounts, listRequest("member-1"));
    assert.equal(body.data.externalAccounts[0].verifiedIndicator, false);
  });

  it("lists the member's accounts without identifiers", async (t) => {
    const { post, linkVerifiedRequest } = await testLynx(t);
    await post(paths.linkVerified, linkVerifiedRequest("member-1"));
    const { body } = await post(paths.accounts, listRequest("member-1"));
    assert.equal(body.data.member.clientMemberId, "member-1");
    assert.equal(body.data.externalAccounts.length, 1);
    assert.deepEqual(Object.keys(body.data.externalAccounts[0]), [
      "type",
      "routingNumber",
      "name",
      "verifiedIndicator",
      "verifiedDate",
    ]);
    assert.equal((await post(paths.accounts, listRequest("member-2"))).body.data.externalAccounts.length, 0);
  });

  it("shows a new account late", async (t) => {
    const { post, linkVerifiedRequest, advance } = await testLynx(t, { settings: { listLagMs: 5000 } });
    await post(paths.linkVerified, linkVerifiedRequest("member-1"));
    const count = async () =>
      (await post(paths.accounts, listRequest("member-1"))).body.data.externalAccounts.length;
    assert.equal(await count(), 0);
    advance(5000);
    assert.equal(await count(), 1);
  });

  it("is missing where its path is left out, and each operation has its configured path", async (t) => {
    const { lynx, post, linkTokenRequest } = await testLynx(t, {
      paths: { linkToken: "/v2/link", accounts: null },
    });
    assert.equal((await post(paths.accounts, listRequest("member-1"))).status, 404);
    assert.equal((await post("/v2/link", linkTokenRequest("member-1"))).status, 200);
    assert.equal(lynx.calls.at(-1)?.route, "POST /v2/link");
    assert.equal(lynx.calls.at(-1)?.customer, "member-1");
  });
});
