import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PlaidBackend } from "../../simulators/plaid/backend.ts";
import { LinkSessions } from "../../simulators/plaid/link-sessions.ts";

const MINUTE_MS = 60_000;
const BANK = "ins_109508";
const OAUTH_BANK = "ins_127287";
const RETURN = "https://shop.example.com/return";

function setUp() {
  const clock = { nowMs: 1_000_000 };
  const backend = new PlaidBackend(() => clock.nowMs);
  return { clock, backend, sessions: new LinkSessions(backend, () => clock.nowMs) };
}

describe("link tokens", () => {
  test("live four hours", () => {
    const { clock, backend } = setUp();
    const { linkToken } = backend.createLinkToken({ customerId: "c1" });
    clock.nowMs += 240 * MINUTE_MS - 1;
    assert.equal(backend.linkToken(linkToken)?.customerId, "c1");
    clock.nowMs += 1;
    assert.equal(backend.linkToken(linkToken), undefined);
  });

  test("live thirty minutes in update mode", () => {
    const { clock, backend } = setUp();
    const { linkToken } = backend.createLinkToken({ customerId: "c1", updateItemId: "item" });
    clock.nowMs += 30 * MINUTE_MS;
    assert.equal(backend.linkToken(linkToken), undefined);
  });

  test("are rejected once expired, and when they were never issued", () => {
    const { backend } = setUp();
    const { linkToken } = backend.createLinkToken({ customerId: "c1" });
    backend.expireLinkToken(linkToken);
    assert.equal(backend.linkToken(linkToken), undefined);
    assert.equal(backend.linkToken("link-sandbox-unknown"), undefined);
  });
});

describe("public tokens", () => {
  test("return the item with the chosen accounts, whose ids are new each time", () => {
    const { backend } = setUp();
    const { linkToken } = backend.createLinkToken({ customerId: "c1" });
    const first = backend.issuePublicToken(linkToken, BANK);
    const second = backend.issuePublicToken(linkToken, BANK, ({ subtype }) => subtype === "checking");
    assert.deepEqual(
      first.item.accounts.map(({ name }) => name),
      ["Plaid Checking"],
    );
    assert.notEqual(first.item.accounts[0]?.id, second.item.accounts[0]?.id);
    assert.equal(first.item.accounts[0]?.accountNumber, second.item.accounts[0]?.accountNumber);
    assert.deepEqual(backend.exchange(first.publicToken), { ok: true, item: first.item });
  });

  test("are exchanged once", () => {
    const { backend } = setUp();
    const { linkToken } = backend.createLinkToken({ customerId: "c1" });
    const { publicToken } = backend.issuePublicToken(linkToken, BANK);
    backend.exchange(publicToken);
    assert.deepEqual(backend.exchange(publicToken), { ok: false, errorCode: "INVALID_PUBLIC_TOKEN" });
  });

  test("are exchanged repeatedly with that protection off", () => {
    const { backend } = setUp();
    backend.settings.singleUsePublicTokens = false;
    const { linkToken } = backend.createLinkToken({ customerId: "c1" });
    const { publicToken } = backend.issuePublicToken(linkToken, BANK);
    backend.exchange(publicToken);
    assert.equal(backend.exchange(publicToken).ok, true);
  });

  test("live thirty minutes", () => {
    const { clock, backend } = setUp();
    const { linkToken } = backend.createLinkToken({ customerId: "c1" });
    const { publicToken } = backend.issuePublicToken(linkToken, BANK);
    clock.nowMs += 30 * MINUTE_MS;
    assert.equal(backend.exchange(publicToken).ok, false);
  });
});

describe("Link's sessions", () => {
  test("an idle session of more than thirty minutes ends in INVALID_LINK_TOKEN", () => {
    const { clock, backend, sessions } = setUp();
    const { linkToken } = backend.createLinkToken({ customerId: "c1" });
    const { link_session_id } = sessions.start(linkToken, null);
    clock.nowMs += 30 * MINUTE_MS;
    assert.equal(sessions.selectInstitution(link_session_id, BANK).pane, "credentials");
    clock.nowMs += 30 * MINUTE_MS + 1;
    assert.equal(sessions.selectInstitution(link_session_id, BANK).error?.error_code, "INVALID_LINK_TOKEN");
  });

  test("too many bad logins end in INVALID_LINK_TOKEN", () => {
    const { backend, sessions } = setUp();
    const { linkToken } = backend.createLinkToken({ customerId: "c1" });
    const { link_session_id } = sessions.start(linkToken, null);
    sessions.selectInstitution(link_session_id, BANK);
    const codes = Array.from(
      { length: 5 },
      () => sessions.signIn(link_session_id, "user_good", "wrong").error?.error_code,
    );
    assert.deepEqual(new Set(codes.slice(0, 4)), new Set(["INVALID_CREDENTIALS"]));
    assert.equal(codes[4], "INVALID_LINK_TOKEN");
    assert.equal(backend.linkToken(linkToken), undefined);
  });

  test("no account is returned before the customer has signed in", () => {
    const { backend, sessions } = setUp();
    const { linkToken } = backend.createLinkToken({ customerId: "c1" });
    const { link_session_id } = sessions.start(linkToken, null);
    sessions.selectInstitution(link_session_id, BANK);
    assert.equal(sessions.finish(link_session_id, [0]).pane, "error");
  });

  test("a link token without redirect URI reaches an OAuth bank by pop-up only", () => {
    const { backend, sessions } = setUp();
    const { linkToken } = backend.createLinkToken({ customerId: "c1" });
    const { link_session_id } = sessions.start(linkToken, null);
    sessions.selectInstitution(link_session_id, OAUTH_BANK);
    const begun = sessions.startOAuth(link_session_id, "redirect");
    assert.ok("mode" in begun);
    assert.equal(begun.mode, "popup");
    assert.equal(sessions.decideOAuth(begun, true), null);
  });

  test("an OAuth state works once, and only with its own link token", () => {
    const { backend, sessions } = setUp();
    const { linkToken } = backend.createLinkToken({ customerId: "c1", redirectUri: RETURN });
    const other = backend.createLinkToken({ customerId: "c1", redirectUri: RETURN });
    const { link_session_id } = sessions.start(linkToken, null);
    sessions.selectInstitution(link_session_id, OAUTH_BANK);
    const begun = sessions.startOAuth(link_session_id, "redirect");
    assert.ok("mode" in begun);
    const url = sessions.decideOAuth(begun, true);
    assert.equal(sessions.start(other.linkToken, url).error?.error_code, "INCORRECT_LINK_TOKEN");
    assert.equal(sessions.start(linkToken, url).pane, "accounts");
    assert.equal(sessions.start(linkToken, url).error?.error_code, "OAUTH_STATE_ID_ALREADY_PROCESSED");
  });

  test("update mode renews the item and creates no other", () => {
    const { clock, backend, sessions } = setUp();
    const made = backend.createLinkToken({ customerId: "c1" });
    const { item } = backend.issuePublicToken(made.linkToken, BANK);
    clock.nowMs += MINUTE_MS;
    const { linkToken } = backend.createLinkToken({ customerId: "c1", updateItemId: item.itemId });
    const { link_session_id, pane } = sessions.start(linkToken, null);
    assert.equal(pane, "credentials");
    const { success } = sessions.signIn(link_session_id, "user_good", "pass_good");
    assert.equal(success?.public_token, null);
    assert.equal(backend.item(item.itemId)?.signedInAtMs, clock.nowMs);
  });
});
