/** The Link stand-in towards the page, line by line: banks where the customer signs in at the bank's own page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "puppeteer-core";
import { answerAtBank, LinkPicker, PLATYPUS_OAUTH, popupOf } from "../link-picker.ts";
import { type LinkHostPage, quietMoment, told, waitUntilTold } from "./link-host-page.ts";
import { withChromium } from "./set-up.ts";

const setUp = withChromium();

/** To the bank with the whole page and back again; the address it came back to. */
async function redirectToBankAndBack(
  host: LinkHostPage,
  page: Page,
  token: string,
  decision?: "deny",
): Promise<string> {
  await host.createAndOpen(page, { token });
  const picker = await LinkPicker.open(page);
  await picker.chooseBank(PLATYPUS_OAUTH);
  await picker.click("link-oauth-redirect");
  await answerAtBank(page, decision);
  await page.waitForFunction(() => location.pathname === "/return");
  return page.url();
}

async function returnTo(host: LinkHostPage, page: Page, token: string, url: string): Promise<void> {
  await host.loadScript(page);
  await host.createAndOpen(page, { token, receivedRedirectUri: url });
}

async function exitCode(page: Page, picker: LinkPicker): Promise<string> {
  await picker.click("link-exit");
  return ((await waitUntilTold(page, "onExit")).first as { error_code: string }).error_code;
}

test("by pop-up: the customer signs in in a window of its own, and Link goes on", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.chooseBank(PLATYPUS_OAUTH);
  const popup = await popupOf(page, () => picker.click("link-oauth"));
  await answerAtBank(popup);
  await picker.chooseAccount();
  await picker.done();
  await waitUntilTold(page, "onSuccess");
  await quietMoment();
  assert.ok((await told(page, "onEvent")).some(({ first }) => first === "OPEN_OAUTH"));
  assert.equal(popup.isClosed(), true);
});

test("by pop-up under an opener policy that keeps the windows apart", async (t) => {
  const { host, page } = await setUp(t);
  await page.goto(`${host.host.url}/isolated`);
  await host.loadScript(page);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.chooseBank(PLATYPUS_OAUTH);
  const popup = await popupOf(page, () => picker.click("link-oauth"));
  await answerAtBank(popup);
  await picker.chooseAccount();
  await picker.done();
  await waitUntilTold(page, "onSuccess");
});

test("a closed pop-up is told as CLOSE_OAUTH, and leaving then as requires_oauth", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.chooseBank(PLATYPUS_OAUTH);
  const popup = await popupOf(page, () => picker.click("link-oauth"));
  await popup.close();
  await picker.frame.waitForSelector("::-p-text(The window was closed)");
  await picker.click("link-close");
  const { first, metadata } = await waitUntilTold(page, "onExit");
  assert.equal(first, null);
  assert.equal(metadata.status, "requires_oauth");
  await quietMoment();
  const names = (await told(page, "onEvent")).map((event) => event.first);
  assert.ok(names.includes("CLOSE_OAUTH"));
});

test("a closed pop-up can be opened again", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.chooseBank(PLATYPUS_OAUTH);
  await (await popupOf(page, () => picker.click("link-oauth"))).close();
  await picker.frame.waitForSelector("::-p-text(The window was closed)");
  await answerAtBank(await popupOf(page, () => picker.click("link-oauth")));
  await picker.chooseAccount();
  await picker.done();
  await waitUntilTold(page, "onSuccess");
});

test("by full redirect: on return the same token and receivedRedirectUri go on to the accounts", async (t) => {
  const { host, page } = await setUp(t);
  const token = host.linkToken();
  const url = await redirectToBankAndBack(host, page, token);
  assert.match(url, /\/return\?oauth_state_id=[^&]+$/);
  await returnTo(host, page, token, url);
  const picker = await LinkPicker.open(page, "link-select-account");
  await picker.chooseAccount();
  await picker.done();
  const { first, metadata } = await waitUntilTold(page, "onSuccess");
  assert.ok(host.backend.exchange(String(first)).ok);
  assert.equal(metadata.institution.name, "Platypus OAuth Bank");
});

test("the scenario can make redirect the bank's usual way", async (t) => {
  const { host, page } = await setUp(t);
  host.plaid.settings.oauth = "redirect";
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.chooseBank(PLATYPUS_OAUTH);
  await picker.click("link-oauth");
  await answerAtBank(page);
  await page.waitForFunction(() => location.pathname === "/return");
});

test("the return may land in another browser", async (t) => {
  const { host, page, newProfile } = await setUp(t);
  const token = host.linkToken();
  const url = await redirectToBankAndBack(host, page, token);
  const elsewhere = await (await newProfile()).newPage();
  await elsewhere.goto(url);
  await returnTo(host, elsewhere, token, url);
  const picker = await LinkPicker.open(elsewhere, "link-select-account");
  await picker.chooseAccount();
  await picker.done();
  await waitUntilTold(elsewhere, "onSuccess");
});

test("ins_132241 is app-to-app: the window that the app opens comes back to the page, and Link goes on there", async (t) => {
  const { host, page } = await setUp(t);
  const token = host.linkToken();
  await host.createAndOpen(page, { token });
  const picker = await LinkPicker.open(page);
  await picker.click("link-continue");
  await picker.type("link-search", "app2app");
  await picker.click("link-institution-ins_132241");
  const app = await popupOf(page, () => picker.click("link-oauth"));
  await answerAtBank(app);
  await app.waitForFunction(() => location.pathname === "/return");
  await returnTo(host, app, token, app.url());
  const resumed = await LinkPicker.open(app, "link-select-account");
  await resumed.chooseAccount();
  await resumed.done();
  await waitUntilTold(app, "onSuccess");
  assert.deepEqual(await told(page, "onSuccess"), []);
});

test("reloading the return page after use fails with OAUTH_STATE_ID_ALREADY_PROCESSED", async (t) => {
  const { host, page } = await setUp(t);
  const token = host.linkToken();
  const url = await redirectToBankAndBack(host, page, token);
  await returnTo(host, page, token, url);
  await LinkPicker.open(page, "link-select-account");
  await page.reload();
  await returnTo(host, page, token, url);
  const picker = await LinkPicker.open(page, "link-exit");
  assert.equal(await exitCode(page, picker), "OAUTH_STATE_ID_ALREADY_PROCESSED");
});

test("another link token than the one that went to the bank is refused", async (t) => {
  const { host, page } = await setUp(t);
  const url = await redirectToBankAndBack(host, page, host.linkToken());
  await returnTo(host, page, host.linkToken(), url);
  const picker = await LinkPicker.open(page, "link-exit");
  assert.equal(await exitCode(page, picker), "INCORRECT_LINK_TOKEN");
});

test("a receivedRedirectUri with anything else in its query or hash is refused", async (t) => {
  const { host, page } = await setUp(t);
  const token = host.linkToken();
  const url = await redirectToBankAndBack(host, page, token);
  for (const dirty of [`${url}&campaign=1`, `${url}#top`]) {
    await page.reload();
    await returnTo(host, page, token, dirty);
    const picker = await LinkPicker.open(page, "link-exit");
    assert.equal(await exitCode(page, picker), "INVALID_FIELD");
  }
});

test("receivedRedirectUri on a first launch breaks Link", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page, { receivedRedirectUri: host.redirectUri });
  const picker = await LinkPicker.open(page, "link-exit");
  assert.equal(await exitCode(page, picker), "OAUTH_STATE_ID_NOT_FOUND");
});

test("a customer who does not allow it at the bank comes back to Link's own page for it", async (t) => {
  const { host, page } = await setUp(t);
  const token = host.linkToken();
  const url = await redirectToBankAndBack(host, page, token, "deny");
  await returnTo(host, page, token, url);
  const picker = await LinkPicker.open(page, "link-oauth");
  await picker.click("link-close");
  assert.equal((await waitUntilTold(page, "onExit")).metadata.status, "requires_oauth");
});

test("update mode uses the redirect URI too", async (t) => {
  const { host, page } = await setUp(t);
  const { item } = host.backend.issuePublicToken(host.linkToken(), PLATYPUS_OAUTH);
  const token = host.linkToken({ updateItemId: item.itemId });
  await host.createAndOpen(page, { token });
  await (await LinkPicker.open(page, "link-oauth")).click("link-oauth-redirect");
  await answerAtBank(page);
  await page.waitForFunction(() => location.pathname === "/return");
  await returnTo(host, page, token, page.url());
  await (await LinkPicker.open(page, "link-done")).done();
  assert.equal((await waitUntilTold(page, "onSuccess")).first, null);
});
