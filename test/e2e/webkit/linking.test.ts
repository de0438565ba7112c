/** Linking in WebKit, through the real page and the real Worker; pages that are left and visited again included. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { ELEMENT } from "../host-page.ts";
import { PLATYPUS_OAUTH, testId } from "../link-picker.ts";
import { startSlowNetwork } from "../slow-network.ts";
import { retry, type WebKitPage, webKitDemo } from "./webkit-page.ts";

const { open, driven } = webKitDemo();

const CREATE = "POST /api/external_bank_accounts";

describe("linking an account", () => {
  for (const provider of ["cybrid", "lynx"] as const) {
    driven(`${provider}: ends with one account at the provider and one success`, async () => {
      const customer = await open.customer(provider);
      await customer.clickButton();
      await customer.link.linkAccount();
      await customer.untilStatus("linked");
      const account = await customer.success();
      assert.equal(account.institution?.name, "First Platypus Bank");
      assert.deepEqual(
        customer.accounts().map(({ id }) => id),
        [account.id],
      );
    });
  }
});

describe("leaving Link", () => {
  driven("by its own button leaves the page as it was, and starting again works", async () => {
    const customer = await open.customer();
    await customer.clickButton();
    await customer.link.click("link-close");
    await customer.untilStatus("canceled");
    await customer.untilWhole();
    await customer.clickButton();
    await customer.link.linkAccount();
    await customer.untilStatus("linked");
    assert.equal(customer.accounts().length, 1);
  });

  driven("by close(), on any screen, does the same", async () => {
    const customer = await open.customer();
    await customer.clickButton();
    await customer.link.chooseBank();
    await customer.link.type("link-username", "user_good");
    await customer.evaluate(() =>
      (document.querySelector("bank-link") as unknown as { close(): void }).close(),
    );
    await customer.untilStatus("canceled");
    await customer.untilWhole();
    assert.equal((await customer.events("bank-link-exit")).length, 1);
    await customer.clickButton();
    await customer.link.linkAccount();
    await customer.untilStatus("linked");
  });
});

describe("a bank with its own page", () => {
  async function returnFromBank(): Promise<WebKitPage> {
    open.demo.plaid.settings.oauth = "redirect";
    const customer = await open.customer();
    await customer.clickButton();
    await customer.link.leaveForBank(PLATYPUS_OAUTH);
    await customer.allowAtBank();
    return customer;
  }

  driven("full redirect: Link reopens at once with the same token, and the URL is clean", async () => {
    const customer = await returnFromBank();
    await customer.link.chooseAccount();
    assert.equal(new URL(await customer.driver.getUrl()).search, "");
    await customer.link.done();
    await customer.untilStatus("linked");
    const account = await customer.success();
    assert.equal(account.institution?.name, "Platypus OAuth Bank");
    assert.equal(customer.accounts().length, 1);
  });

  driven("full redirect, linked, then a reload: nothing is linked a second time", async () => {
    const customer = await returnFromBank();
    await customer.link.chooseAccount();
    await customer.link.done();
    await customer.untilStatus("linked");
    await customer.reload();
    await delay(500);
    assert.equal(await customer.status(), "idle");
    assert.deepEqual(await customer.events("bank-link-statechange"), []);
    assert.equal(customer.accounts().length, 1);
  });

  driven("going back from the bank's own page shows Link as it was, and linking still works", async () => {
    open.demo.plaid.settings.oauth = "redirect";
    const customer = await open.customer();
    await customer.clickButton();
    await customer.link.leaveForBank(PLATYPUS_OAUTH);
    await customer.until((allow) => document.querySelector(allow) !== null, testId("bank-allow"));
    await customer.driver.back();
    // WebKit restores the page from its back/forward cache.
    await customer.untilStatus("open");
    assert.deepEqual(await customer.events("bank-link-error"), []);
    await customer.link.click("link-oauth");
    await customer.allowAtBank();
    await customer.link.chooseAccount();
    await customer.link.done();
    await customer.untilStatus("linked");
    await customer.success();
    assert.equal(customer.accounts().length, 1);
  });

  driven("pop-up", async () => {
    const customer = await open.customer();
    await customer.clickButton();
    await customer.link.leaveForBank(PLATYPUS_OAUTH);
    const { driver } = customer;
    const page = await driver.getWindowHandle();
    await retry(async () => (await driver.getWindowHandles()).length === 2);
    const popup = (await driver.getWindowHandles()).find((handle) => handle !== page);
    await driver.switchToWindow(popup ?? "");
    await customer.allowAtBank();
    await driver.switchToWindow(page);
    await customer.link.chooseAccount();
    await customer.link.done();
    await customer.untilStatus("linked");
    assert.equal(customer.accounts().length, 1);
  });
});

describe("a page left while the link is finalizing", () => {
  async function untilFinalizing(customer: WebKitPage): Promise<void> {
    await customer.clickButton();
    await customer.link.linkAccount();
    await customer.untilStatus("finalizing");
  }

  driven("closed before the finalize has reached the API, the request outlives the page", async () => {
    await using slow = await startSlowNetwork(open.demo.worker.url, /\/finalize$/, 700);
    const customer = await open.customer();
    const { driver } = customer;
    // An open tab keeps the browser running.
    await driver.createWindow("tab");
    await customer.visitHostPage({ body: ELEMENT, workerUrl: slow.url });
    await untilFinalizing(customer);
    assert.deepEqual(customer.accounts(), []);
    await driver.closeWindow();
    await retry(async () => customer.accounts().length === 1);
  });

  driven("visited again, it shows the true outcome, announced once", async () => {
    open.demo.cybrid.faults.once(CREATE, { kind: "latency", ms: 2_000 });
    const customer = await open.customer();
    await untilFinalizing(customer);
    await customer.driver.navigateTo("about:blank");
    await retry(async () => customer.accounts().length === 1);
    await customer.goto("/");
    await customer.untilStatus("linked");
    const account = await customer.success();
    assert.deepEqual(
      customer.accounts().map(({ id }) => id),
      [account.id],
    );
    await customer.goto("/");
    await delay(500);
    assert.deepEqual(await customer.events("bank-link-success"), []);
  });

  driven("reloaded at once, it waits and then shows the outcome", async () => {
    open.demo.cybrid.faults.once(CREATE, { kind: "latency", ms: 2_000 });
    const customer = await open.customer();
    await untilFinalizing(customer);
    await customer.reload();
    await customer.untilStatus("linked");
    await customer.success();
    assert.equal(customer.accounts().length, 1);
  });
});

driven("a form reached again by history still submits the linked account", async () => {
  const customer = await open.customer();
  await customer.visitHostPage({ body: `<form>${ELEMENT.replace(">", ' name="bank" required>')}</form>` });
  await customer.clickButton();
  await customer.link.linkAccount();
  await customer.untilStatus("linked");
  await customer.goto("/");
  await customer.driver.back();
  await customer.until(() => document.querySelector("form:has(bank-link)")?.matches(":valid") === true);
  const submitted = await customer.evaluate(() =>
    new FormData(document.querySelector("form") as HTMLFormElement).get("bank"),
  );
  assert.equal(submitted, customer.accounts()[0]?.id);
});

describe("an API that cannot be reached", () => {
  const skip = "the driver cannot take a browser offline";
  test("offline at the click: reported at once, and trying again works once online", { skip });
  test("offline after the bank's consent: resumes by itself once online, with one account", { skip });
});
