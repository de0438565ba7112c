/** A page that the customer leaves and comes back to by the browser's history. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { type DemoBrowser, openDemo } from "./demo-page.ts";
import { ELEMENT, visitHostPage } from "./host-page.ts";
import { LinkPicker, PLATYPUS_OAUTH } from "./link-picker.ts";

let open: DemoBrowser;
before(async () => {
  open = await openDemo();
});
after(() => open.close());
afterEach(() => open.reset());

test("a form that is come back to submits the linked account still", async () => {
  const customer = await open.customer();
  const { page } = customer;
  const body = `<form>${ELEMENT.replace(">", ' name="bank" required>')}</form>`;
  // Firefox keeps no form of a page that is not to be stored.
  await visitHostPage(open.demo, page, { body, headers: { "Cache-Control": "no-cache" } });
  await customer.click();
  await (await LinkPicker.open(page)).linkAccount();
  await customer.untilStatus("linked");
  await customer.goto("/");
  // Puppeteer's own way back waits for a load, which a page that Firefox has kept whole does not have.
  await page.evaluate(() => void setTimeout(() => history.back()));
  await page.waitForFunction(() => document.querySelector("form:has(bank-link)")?.matches(":valid"));
  const submitted = await page.$eval("form", (form) => new FormData(form).get("bank"));
  assert.equal(submitted, customer.accounts()[0]?.id);
});

test("whoever goes back from the bank's own page finds nothing failed, and links all the same", async () => {
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
