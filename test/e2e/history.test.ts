/** A page that the customer leaves and reaches again by the browser's history. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { withDemo } from "./demo-page.ts";
import { ELEMENT, visitHostPage } from "./host-page.ts";
import { LinkPicker, PLATYPUS_OAUTH } from "./link-picker.ts";

const open = withDemo();

test("a form reached again by history still submits the linked account", async () => {
  const customer = await open.customer();
  const { page } = customer;
  const body = `<form>${ELEMENT.replace(">", ' name="bank" required>')}</form>`;
  // Firefox restores no form of a page with no-store.
  await visitHostPage(open.demo, page, { body, headers: { "Cache-Control": "no-cache" } });
  await customer.click();
  await (await LinkPicker.open(page)).linkAccount();
  await customer.untilStatus("linked");
  await customer.goto("/");
  // Puppeteer's goBack waits for a load event, which a page from Firefox's back/forward cache does not fire.
  await page.evaluate(() => void setTimeout(() => history.back()));
  await page.waitForFunction(() => document.querySelector("form:has(bank-link)")?.matches(":valid"));
  const submitted = await page.$eval("form", (form) => new FormData(form).get("bank"));
  assert.equal(submitted, customer.accounts()[0]?.id);
});

test("going back from the bank's own page shows no failure, and linking still works", async () => {
  open.demo.plaid.settings.oauth = "redirect";
  const customer = await open.customer();
  const { page } = customer;
  await customer.click();
  const picker = await LinkPicker.open(page);
  await Promise.all([page.waitForNavigation(), picker.leaveForBank(PLATYPUS_OAUTH)]);
  await page.goBack();
  await customer.untilStatus("idle");
  assert.deepEqual(await customer.events("bank-link-error"), []);
  await customer.click();
  await (await LinkPicker.open(page)).linkAccount();
  await customer.untilStatus("linked");
  await customer.success();
  assert.equal(customer.accounts().length, 1);
});
