/** The Link stand-in towards the page, line by line: what onSuccess, onExit and onEvent are told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkPicker } from "../link-picker.ts";
import { quietMoment, told, waitUntilTold } from "./link-host-page.ts";
import { withChromium } from "./set-up.ts";

const setUp = withChromium();

test("onSuccess gets a public token that can be exchanged, and metadata that contains it", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.chooseBank();
  await picker.signIn();
  await picker.chooseAccount(1);
  await picker.done();
  const { first, metadata } = await waitUntilTold(page, "onSuccess");
  assert.equal(metadata.public_token, first);
  assert.deepEqual(metadata.institution, { name: "First Platypus Bank", institution_id: "ins_109508" });
  assert.equal(metadata.accounts.length, 1);
  const { id, ...account } = metadata.accounts[0];
  assert.deepEqual(account, {
    name: "Plaid Saving",
    mask: "1111",
    type: "depository",
    subtype: "savings",
    verification_status: null,
  });
  assert.equal(metadata.account_id, id);
  assert.ok(metadata.link_session_id);
  const exchange = host.backend.exchange(String(first));
  assert.ok(exchange.ok);
  assert.equal(exchange.item.accounts[0]?.id, id);
});

test("metadata.institution may be null", async (t) => {
  const { host, page } = await setUp(t);
  host.plaid.settings.nullInstitution = true;
  await host.createAndOpen(page);
  await (await LinkPicker.open(page)).linkAccount();
  assert.equal((await waitUntilTold(page, "onSuccess")).metadata.institution, null);
});

test("the public token may be null", async (t) => {
  const { host, page } = await setUp(t);
  host.plaid.settings.nullPublicToken = true;
  await host.createAndOpen(page);
  await (await LinkPicker.open(page)).linkAccount();
  assert.equal((await waitUntilTold(page, "onSuccess")).first, null);
});

for (const count of [0, 2] as const) {
  test(`metadata.accounts may hold ${count} accounts, and account_id is then null`, async (t) => {
    const { host, page } = await setUp(t);
    host.plaid.settings.accounts = count;
    await host.createAndOpen(page);
    await (await LinkPicker.open(page)).linkAccount();
    const { metadata } = await waitUntilTold(page, "onSuccess");
    assert.equal(metadata.accounts.length, count);
    assert.equal(metadata.account_id, null);
  });
}

test("an account may lack its id", async (t) => {
  const { host, page } = await setUp(t);
  host.plaid.settings.missingAccountId = true;
  await host.createAndOpen(page);
  await (await LinkPicker.open(page)).linkAccount();
  const { metadata } = await waitUntilTold(page, "onSuccess");
  assert.equal("id" in metadata.accounts[0], false);
  assert.equal(metadata.account_id, null);
});

test("account and account_id are legacy, and may be all there is", async (t) => {
  const { host, page } = await setUp(t);
  host.plaid.settings.legacyAccountOnly = true;
  await host.createAndOpen(page);
  await (await LinkPicker.open(page)).linkAccount();
  const { metadata } = await waitUntilTold(page, "onSuccess");
  assert.equal(metadata.accounts, undefined);
  assert.equal(metadata.account.id, metadata.account_id);
});

test("onExit tells with its status where the customer left", async (t) => {
  const { host, page } = await setUp(t);
  const leaveAt = async (walk: (picker: LinkPicker) => Promise<void>) => {
    await page.evaluate(() => {
      window.told.length = 0;
    });
    await host.createAndOpen(page);
    const picker = await LinkPicker.open(page);
    await walk(picker);
    await picker.click("link-close");
    const { first, metadata } = await waitUntilTold(page, "onExit");
    assert.equal(first, null);
    await page.evaluate(() => window.handler.destroy());
    return metadata;
  };
  assert.equal((await leaveAt(async () => {})).status, null);
  const atSignIn = await leaveAt((picker) => picker.chooseBank());
  assert.equal(atSignIn.status, "requires_credentials");
  assert.equal(atSignIn.institution.institution_id, "ins_109508");
  assert.ok(atSignIn.link_session_id && atSignIn.request_id);
  const atAccounts = await leaveAt(async (picker) => {
    await picker.chooseBank();
    await picker.signIn();
    await picker.shows("link-select-account");
  });
  assert.equal(atAccounts.status, "requires_account_selection");
  const atCode = await leaveAt(async (picker) => {
    await picker.chooseBank();
    await picker.signIn("mfa_device");
    await picker.shows("link-code");
  });
  assert.equal(atCode.status, "requires_code");
});

test("the password mfa_device asks for a code, which is 1234", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.chooseBank();
  await picker.signIn("mfa_device");
  await picker.type("link-code", "1234");
  await picker.click("link-submit-code");
  await picker.chooseAccount();
  await picker.done();
  await waitUntilTold(page, "onSuccess");
});

test("the password error_<CODE> forces that error, told by onExit", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.chooseBank();
  await picker.signIn("error_ITEM_LOCKED");
  assert.equal(await picker.errorCode(), "ITEM_LOCKED");
  await picker.click("link-exit");
  const { first, metadata } = await waitUntilTold(page, "onExit");
  assert.deepEqual(first, {
    error_type: "ITEM_ERROR",
    error_code: "ITEM_LOCKED",
    error_message: "the account is locked",
    display_message: "Your account is locked. Please sign in at your bank’s own site to unlock it.",
  });
  assert.equal(metadata.status, "requires_credentials");
});

test("a wrong password may be tried again; leaving then tells INVALID_CREDENTIALS", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.chooseBank();
  await picker.signIn("wrong");
  await picker.frame.waitForSelector('[role="alert"]', { visible: true });
  await picker.click("link-close");
  const { first } = await waitUntilTold(page, "onExit");
  assert.equal((first as { error_code: string }).error_code, "INVALID_CREDENTIALS");
});

test("display_message may be any text, or null", async (t) => {
  const { host, page } = await setUp(t);
  for (const text of ["<b>Call us</b>", null]) {
    host.plaid.settings.displayMessage = text;
    await page.evaluate(() => {
      window.told.length = 0;
    });
    await host.createAndOpen(page);
    const picker = await LinkPicker.open(page);
    await picker.chooseBank();
    await picker.signIn("error_ITEM_LOCKED");
    await picker.click("link-exit");
    const { first } = await waitUntilTold(page, "onExit");
    assert.equal((first as { display_message: string | null }).display_message, text);
    await page.evaluate(() => window.handler.destroy());
  }
});

test("ins_132361 is down", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.click("link-continue");
  await picker.type("link-search", "down");
  await picker.click("link-institution-ins_132361");
  assert.equal(await picker.errorCode(), "INSTITUTION_DOWN");
});

test("INVALID_LINK_TOKEN at open: onExit is called for a token that is unknown or expired", async (t) => {
  const { host, page } = await setUp(t);
  const expired = host.linkToken();
  host.backend.expireLinkToken(expired);
  for (const token of ["link-sandbox-unknown", expired]) {
    await page.evaluate(() => {
      window.told.length = 0;
    });
    await host.createAndOpen(page, { token });
    const { first } = await waitUntilTold(page, "onExit");
    assert.equal((first as { error_code: string }).error_code, "INVALID_LINK_TOKEN");
    await page.evaluate(() => window.handler.destroy());
  }
});

test("INVALID_LINK_TOKEN in the middle: the token ends while Link is open", async (t) => {
  const { host, page } = await setUp(t);
  const token = host.linkToken();
  await host.createAndOpen(page, { token });
  const picker = await LinkPicker.open(page);
  await picker.chooseBank();
  await picker.shows("link-username");
  host.backend.expireLinkToken(token);
  await picker.signIn();
  const { first } = await waitUntilTold(page, "onExit");
  assert.equal((first as { error_code: string }).error_code, "INVALID_LINK_TOKEN");
});

test("INVALID_LINK_TOKEN may be shown to the customer first", async (t) => {
  const { host, page } = await setUp(t);
  host.plaid.settings.invalidTokenScreen = true;
  await host.createAndOpen(page, { token: "link-sandbox-unknown" });
  const picker = await LinkPicker.open(page, "link-exit");
  assert.deepEqual(await told(page, "onExit"), []);
  await picker.click("link-exit");
  await waitUntilTold(page, "onExit");
});

test("only OPEN is live; the rest is flushed at the end, in no order, partly after success", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.chooseBank();
  await picker.shows("link-username");
  assert.deepEqual(
    (await told(page, "onEvent")).map(({ first }) => first),
    ["OPEN"],
  );
  await picker.signIn();
  await picker.chooseAccount();
  await picker.done();
  await waitUntilTold(page, "onSuccess");
  await quietMoment();
  const all = await told(page);
  const success = all.findIndex(({ callback }) => callback === "onSuccess");
  const names = (part: typeof all) =>
    part.filter(({ callback }) => callback === "onEvent").map((e) => e.first);
  assert.ok(names(all.slice(success)).length > 0);
  assert.ok(names(all).indexOf("HANDOFF") < names(all).indexOf("SELECT_INSTITUTION"));
  for (const name of ["OPEN", "TRANSITION_VIEW", "SELECT_INSTITUTION", "SUBMIT_CREDENTIALS", "HANDOFF"]) {
    assert.ok(names(all).includes(name), name);
  }
});

test("an exit may tell any status, also one that nobody has documented", async (t) => {
  const { host, page } = await setUp(t);
  for (const status of ["requires_questions", "institution_not_found", "a_status_nobody_knows"]) {
    host.plaid.settings.exitStatus = status;
    await page.evaluate(() => {
      window.told.length = 0;
    });
    await host.createAndOpen(page);
    await (await LinkPicker.open(page)).click("link-close");
    const { metadata } = await waitUntilTold(page, "onExit");
    assert.equal(metadata.status, status);
    await page.evaluate(() => window.handler.destroy());
  }
});

test("event names appear without notice", async (t) => {
  const { host, page } = await setUp(t);
  host.plaid.settings.unknownEvents = ["A_NAME_NOBODY_KNOWS"];
  await host.createAndOpen(page);
  await (await LinkPicker.open(page)).click("link-close");
  await waitUntilTold(page, "onExit");
  await quietMoment();
  const names = (await told(page, "onEvent")).map(({ first }) => first);
  assert.ok(names.includes("A_NAME_NOBODY_KNOWS"));
});

test("event metadata holds personal things: what the customer searched for", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.click("link-continue");
  await picker.type("link-search", "first");
  await picker.click("link-institution-ins_109508");
  await picker.shows("link-username");
  await picker.click("link-close");
  await waitUntilTold(page, "onExit");
  await quietMoment();
  const search = (await told(page, "onEvent")).find(({ first }) => first === "SEARCH_INSTITUTION");
  assert.equal(search?.metadata.institution_search_query, "first");
  assert.ok(search && "routing_number" in search.metadata && "account_number_mask" in search.metadata);
});

test("update mode asks only for a new sign-in at the same bank, and exchanges nothing", async (t) => {
  const { host, page } = await setUp(t);
  const { item } = host.backend.issuePublicToken(host.linkToken(), "ins_109508");
  const signedInAtMs = item.signedInAtMs;
  await host.createAndOpen(page, { token: host.linkToken({ updateItemId: item.itemId }) });
  const picker = await LinkPicker.open(page, "link-username");
  await picker.signIn();
  await picker.done();
  const { first, metadata } = await waitUntilTold(page, "onSuccess");
  assert.equal(first, null);
  assert.equal(metadata.accounts[0].id, item.accounts[0]?.id);
  assert.ok((host.backend.item(item.itemId)?.signedInAtMs ?? 0) > signedInAtMs);
});

test("ins_132363 is degraded: found by its name, and it works", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.click("link-continue");
  await picker.type("link-search", "degraded");
  await picker.click("link-institution-ins_132363");
  await picker.signIn();
  await picker.chooseAccount();
  await picker.done();
  assert.equal(
    (await waitUntilTold(page, "onSuccess")).metadata.institution.name,
    "Unhealthy Platypus Bank - Degraded",
  );
});
