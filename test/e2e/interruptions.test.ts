/** Interruptions between the click and the outcome: a page that closes, a blocked script, a failing network. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type DemoPage, withDemo } from "./demo-page.ts";
import { ELEMENT, visitHostPage } from "./host-page.ts";
import { answerAtBank, LinkPicker, PLATYPUS_OAUTH } from "./link-picker.ts";
import { startSlowNetwork } from "./slow-network.ts";

const open = withDemo();

const CREATE = "POST /api/external_bank_accounts";

describe("a page left while the link is finalizing", () => {
  async function untilFinalizing(customer: DemoPage): Promise<void> {
    open.demo.cybrid.faults.once(CREATE, { kind: "latency", ms: 2_000 });
    await customer.click();
    await (await LinkPicker.open(customer.page)).linkAccount();
    await customer.untilStatus("finalizing");
  }

  test("closed, the account is created anyway, and other pages of this customer show it", async () => {
    const customer = await open.customer();
    const other = await customer.inAnotherTab();
    await customer.page.bringToFront();
    await untilFinalizing(customer);
    await customer.page.close();
    await until(() => customer.accounts().length === 1);
    await delay(500);
    assert.equal(customer.accounts().length, 1);
    await other.goto("/");
    await other.page.waitForSelector("#accounts li");
  });

  test("closed before the finalize has reached the API, the request outlives the page", async () => {
    await using slow = await startSlowNetwork(open.demo.worker.url, /\/finalize$/, 700);
    const customer = await open.customer();
    // An open tab keeps the profile.
    await customer.inAnotherTab();
    await customer.page.bringToFront();
    await visitHostPage(open.demo, customer.page, { body: ELEMENT, workerUrl: slow.url });
    await customer.click();
    await (await LinkPicker.open(customer.page)).linkAccount();
    await customer.untilStatus("finalizing");
    assert.deepEqual(customer.accounts(), []);
    await customer.page.close();
    await until(() => customer.accounts().length === 1);
  });

  test("visited again, it shows the true outcome, announced once", async () => {
    const customer = await open.customer();
    await untilFinalizing(customer);
    await customer.page.goto("about:blank");
    await until(() => customer.accounts().length === 1);
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

  test("reloaded at once, it waits and then shows the outcome", async () => {
    const customer = await open.customer();
    await untilFinalizing(customer);
    await customer.page.reload();
    await customer.untilStatus("linked");
    await customer.success();
    assert.equal(customer.accounts().length, 1);
  });
});

describe("a reload of the page that a bank sent the customer back to", () => {
  async function comeBack(): Promise<{ customer: DemoPage; picker: LinkPicker }> {
    open.demo.plaid.settings.oauth = "redirect";
    const customer = await open.customer();
    await customer.click();
    const picker = await LinkPicker.open(customer.page);
    await Promise.all([customer.page.waitForNavigation(), picker.leaveForBank(PLATYPUS_OAUTH)]);
    await answerAtBank(customer.page);
    return { customer, picker: await LinkPicker.open(customer.page, "link-select-account") };
  }

  test("does no harm while Link is open: nothing is shown as failed, and linking works", async () => {
    const { customer } = await comeBack();
    await customer.page.reload();
    await customer.page.waitForFunction(() => customElements.get("bank-link"));
    await delay(500);
    assert.equal(await customer.status(), "idle");
    assert.deepEqual(await customer.events("bank-link-error"), []);
    await customer.click();
    await (await LinkPicker.open(customer.page)).linkAccount();
    await customer.untilStatus("linked");
    assert.equal(customer.accounts().length, 1);
  });

  test("does not link a second time after the link is linked", async () => {
    const { customer, picker } = await comeBack();
    await picker.chooseAccount();
    await picker.done();
    await customer.untilStatus("linked");
    await customer.page.reload();
    await customer.page.waitForFunction(() => customElements.get("bank-link"));
    await delay(500);
    assert.equal(await customer.status(), "idle");
    assert.deepEqual(await customer.events("bank-link-statechange"), []);
    assert.equal(customer.accounts().length, 1);
  });
});

describe("Plaid's script", () => {
  test("blocked, the customer sees why, and trying again works", async () => {
    const customer = await open.customer();
    const { page } = customer;
    let isBlocked = true;
    await page.setRequestInterception(true);
    page.on("request", (request) => {
      if (isBlocked && request.url() === open.demo.plaid.scriptUrl) void request.abort("blockedbyclient");
      else void request.continue();
    });
    await customer.click();
    await customer.untilStatus("failed");
    const [error] = await customer.events("bank-link-error");
    assert.equal(error?.detail.code, "script_blocked");
    assert.match(await customer.message(), /content blockers/);
    isBlocked = false;
    await customer.click();
    await (await LinkPicker.open(page)).linkAccount();
    await customer.untilStatus("linked");
  });
});

describe("an API that cannot be reached", () => {
  test("offline at the click: reported at once, and trying again works once online", async () => {
    const customer = await open.customer();
    const { page } = customer;
    await page.setOfflineMode(true);
    await customer.click();
    await customer.untilStatus("failed");
    const [error] = await customer.events("bank-link-error");
    assert.deepEqual([error?.detail.code, error?.detail.retryable], ["offline", true]);
    await page.setOfflineMode(false);
    await customer.click();
    await (await LinkPicker.open(page)).linkAccount();
    await customer.untilStatus("linked");
    assert.equal(customer.accounts().length, 1);
  });

  test("offline after the bank's consent: resumes by itself once online, with one account", async () => {
    const customer = await open.customer();
    const { page } = customer;
    let broken = 0;
    await page.setRequestInterception(true);
    page.on("request", async (request) => {
      if (broken === 0 && request.method() === "POST" && request.url().endsWith("/finalize")) {
        broken++;
        await page.setOfflineMode(true);
        await request.abort("internetdisconnected");
        return;
      }
      await request.continue();
    });
    await customer.click();
    await (await LinkPicker.open(page)).linkAccount();
    await customer.untilStatus("finalizing");
    await delay(700);
    assert.equal(broken, 1);
    assert.equal(await customer.status(), "finalizing");
    await page.setOfflineMode(false);
    await customer.untilStatus("linked");
    await customer.success();
    assert.deepEqual(await customer.events("bank-link-error"), []);
    assert.equal(customer.accounts().length, 1);
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 50) {
    assert.ok(waited < 15_000, "timed out");
    await delay(50);
  }
}
