/** The control page beside the demo: the demo follows what is set there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DemoPage, withDemo } from "../demo-page.ts";
import { LinkPicker } from "../link-picker.ts";

const open = withDemo();

/** Opened by the link on the demo's page, as a person would. */
async function controlPageOf(customer: DemoPage) {
  const control = await customer.page.browserContext().newPage();
  const href = await customer.page.$eval('[data-testid="control-page"]', (link) => link.getAttribute("href"));
  await control.goto(href ?? "");
  return control;
}

test("the demo follows a scenario set on the control page", async () => {
  const customer = await open.customer();
  const control = await controlPageOf(customer);
  await control.locator("#scenario select[name=accounts]").fill("2");
  await Promise.all([control.waitForNavigation(), control.locator('[data-testid="save-scenario"]').click()]);
  await control.close();

  await customer.click();
  await (await LinkPicker.open(customer.page)).linkAccount();
  await customer.untilStatus("failed");
  const [error] = await customer.events("bank-link-error");
  assert.equal(error?.detail.code, "multiple_accounts");
  await fetch(`${open.demo.control.url}/settings`, { method: "DELETE" });
});

test("the demo's page lists the webhook of a linked account", async () => {
  const customer = await open.customer();
  await customer.click();
  await (await LinkPicker.open(customer.page)).linkAccount();
  await customer.untilStatus("linked");
  await customer.page.waitForSelector('[data-event="webhook"]');
  const [webhook] = await customer.events("webhook");
  assert.equal(webhook?.detail.status, "linked");
  assert.equal(webhook?.detail.account_id, customer.accounts()[0]?.id);
});

test("the page's sweep button leads to the webhook of an expired connection", async () => {
  const customer = await open.customer();
  await customer.click();
  await (await LinkPicker.open(customer.page)).linkAccount();
  await customer.untilStatus("linked");
  await customer.page.locator('[data-testid="expire-connection"]').click();
  await customer.page.waitForSelector("bank-link[refresh-account]");
  await customer.page.locator('[data-testid="sweep"]').click();
  await customer.page.waitForFunction(() =>
    [...document.querySelectorAll('[data-event="webhook"]')].some((entry) =>
      entry.textContent?.includes("bank_account.refresh_required"),
    ),
  );
});
