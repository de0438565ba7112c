/** Linking, through the real page, the real Worker and a real browser. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { callsTo } from "../simulators/call-log.ts";
import { type DemoPage, withDemo } from "./demo-page.ts";
import { answerAtBank, LinkPicker, PLATYPUS_OAUTH, popupOf } from "./link-picker.ts";

const open = withDemo();

const CREATE = "POST /api/external_bank_accounts";

describe("linking an account", () => {
  for (const provider of ["cybrid", "lynx"] as const) {
    test(`${provider}: ends with one account at the provider and one success`, async () => {
      const customer = await open.customer(provider);
      await customer.click();
      const picker = await LinkPicker.open(customer.page);
      await picker.linkAccount();
      await customer.untilStatus("linked");
      const account = await customer.success();
      assert.equal(account.institution?.name, "First Platypus Bank");
      assert.equal(account.mask, "0000");
      assert.deepEqual(
        customer.accounts().map(({ id }) => id),
        [account.id],
      );
    });
  }

  test("a double click makes one link and one account, protections off", async () => {
    open.demo.cybrid.settings.duplicateDetection = false;
    open.demo.plaid.backend.settings.singleUsePublicTokens = false;
    const customer = await open.customer();
    await customer.page.locator("bank-link >>> [part~=button]").click({ count: 2 });
    const picker = await LinkPicker.open(customer.page);
    await picker.linkAccount();
    await customer.untilStatus("linked");
    await customer.success();
    assert.equal(customer.accounts().length, 1);
  });

  test("waits for a workflow of eight seconds", async () => {
    open.demo.cybrid.settings.workflowMs = 8_000;
    const customer = await open.customer();
    await customer.click();
    const picker = await LinkPicker.open(customer.page);
    await picker.linkAccount();
    await customer.untilStatus("linked");
    assert.equal(customer.accounts().length, 1);
  });

  test("a failed workflow shows a clear error, and trying again works", async () => {
    open.demo.cybrid.settings.workflowOutcome = { failed: "some_code" };
    const customer = await open.customer();
    await customer.click();
    await customer.untilStatus("failed");
    assert.match(await customer.message(), /try again/i);
    const [error] = await customer.events("bank-link-error");
    assert.equal(error?.detail.code, "provider_unavailable");
    assert.equal(error?.detail.retryable, true);
    open.demo.cybrid.settings.workflowOutcome = "completed";
    await customer.click();
    await (await LinkPicker.open(customer.page)).linkAccount();
    await customer.untilStatus("linked");
  });

  test("a rejection by the provider shows the failure sentence, and trying again works", async () => {
    const customer = await open.customer();
    open.demo.cybrid.faults.once(CREATE, { kind: "status", status: 422 });
    await customer.click();
    await (await LinkPicker.open(customer.page)).linkAccount();
    await customer.untilStatus("failed");
    assert.equal(
      await customer.message(),
      "We couldn’t link that account right now. Please try again or contact support.",
    );
    assert.deepEqual(await customer.events("bank-link-success"), []);
    await customer.click();
    await (await LinkPicker.open(customer.page)).linkAccount();
    await customer.untilStatus("linked");
    assert.equal(customer.accounts().length, 1);
  });

  test("a duplicate is never shown as success", async () => {
    const customer = await open.customer();
    open.demo.cybrid.settings.accountOutcome = { failed: "duplicate" };
    await customer.click();
    await (await LinkPicker.open(customer.page)).linkAccount();
    await customer.untilStatus("failed");
    const [error] = await customer.events("bank-link-error");
    assert.equal(error?.detail.code, "duplicate_account");
    assert.deepEqual(await customer.events("bank-link-success"), []);
  });
});

describe("leaving Link", () => {
  test("shows the cancel sentence, and starting again works", async () => {
    const customer = await open.customer();
    await customer.click();
    await (await LinkPicker.open(customer.page)).click("link-close");
    await customer.untilStatus("canceled");
    assert.equal(
      await customer.message(),
      "Bank account linking was canceled. You can try again at any time.",
    );
    assert.equal((await customer.events("bank-link-exit")).length, 1);
    await customer.click();
    await (await LinkPicker.open(customer.page)).linkAccount();
    await customer.untilStatus("linked");
  });

  test("leaves the page as it was: no iframe, no scroll lock", async () => {
    const customer = await open.customer();
    await customer.click();
    await (await LinkPicker.open(customer.page)).click("link-close");
    await customer.untilStatus("canceled");
    await customer.page.waitForFunction(() => document.querySelectorAll("iframe").length === 0);
    assert.equal(await customer.page.evaluate(() => getComputedStyle(document.body).overflow), "visible");
  });

  test("an expired link token is renewed once by itself", async () => {
    const customer = await open.customer();
    await customer.page.locator("bank-link >>> [part~=button]").hover();
    await customer.untilStatus("ready");
    const [first] = open.demo.cybrid.workflows().slice(-1);
    open.demo.plaid.backend.expireLinkToken(first?.linkToken ?? "");
    await customer.click();
    await (await LinkPicker.open(customer.page)).linkAccount();
    await customer.untilStatus("linked");
  });
});

describe("a bank with its own page", () => {
  test("full redirect: Link reopens at once with the same token, and the URL is clean", async () => {
    open.demo.plaid.settings.oauth = "redirect";
    const customer = await open.customer();
    await leaveForBank(customer);
    await answerAtBank(customer.page);
    const picker = await LinkPicker.open(customer.page, "link-select-account");
    assert.equal(new URL(customer.page.url()).search, "");
    await picker.chooseAccount();
    await picker.done();
    await customer.untilStatus("linked");
    const account = await customer.success();
    assert.equal(account.institution?.name, "Platypus OAuth Bank");
    assert.equal(customer.accounts().length, 1);
  });

  test("full redirect, back in a fresh profile with the same customer signed in", async () => {
    open.demo.plaid.settings.oauth = "redirect";
    const customer = await open.customer();
    await leaveForBank(customer);
    const returnUrl = await returnUrlOf(customer);
    const elsewhere = await customer.inFreshProfile();
    await elsewhere.goto(returnUrl);
    const picker = await LinkPicker.open(elsewhere.page, "link-select-account");
    assert.equal(new URL(elsewhere.page.url()).search, "");
    await picker.chooseAccount();
    await picker.done();
    await elsewhere.untilStatus("linked");
    assert.equal(elsewhere.accounts().length, 1);
  });

  test("a second tab with a newer, unopened link does not disturb the return", async () => {
    open.demo.plaid.settings.oauth = "redirect";
    const customer = await open.customer();
    await leaveForBank(customer);
    const other = await customer.inAnotherTab();
    await other.page.locator("bank-link >>> [part~=button]").hover();
    await other.untilStatus("ready");
    await customer.page.bringToFront();
    await answerAtBank(customer.page);
    const picker = await LinkPicker.open(customer.page, "link-select-account");
    await picker.chooseAccount();
    await picker.done();
    await customer.untilStatus("linked");
    assert.equal(customer.accounts().length, 1);
  });

  test("pop-up", async () => {
    const customer = await open.customer();
    await customer.click();
    const picker = await LinkPicker.open(customer.page);
    const popup = await popupOf(customer.page, () => picker.leaveForBank(PLATYPUS_OAUTH));
    await answerAtBank(popup);
    await picker.chooseAccount();
    await picker.done();
    await customer.untilStatus("linked");
    assert.equal(customer.accounts().length, 1);
  });
});

describe("an expired connection", () => {
  test("is repaired by a refresh, and no second account exists", async () => {
    const customer = await open.customer();
    await customer.click();
    await (await LinkPicker.open(customer.page)).linkAccount();
    await customer.untilStatus("linked");
    const { id } = await customer.success();
    open.demo.cybrid.forceState(id ?? "", "refresh_required");
    await customer.goto("/");
    const refresh = `bank-link[refresh-account="${id}"]`;
    await customer.click(refresh);
    const picker = await LinkPicker.open(customer.page, "link-sign-in");
    await picker.signIn();
    await picker.done();
    await customer.untilStatus("linked", refresh);
    const account = await customer.success();
    assert.equal(account.id, id);
    assert.equal(account.status, "active");
    assert.deepEqual(customer.accounts(), [{ id, status: "completed" }]);
  });
});

describe("an expired connection at a bank with a full redirect", () => {
  test("returns to the element that reconnects it, not to the one that links", async () => {
    const customer = await open.customer();
    await customer.click();
    const linking = await LinkPicker.open(customer.page);
    const popup = await popupOf(customer.page, () => linking.leaveForBank(PLATYPUS_OAUTH));
    await answerAtBank(popup);
    await linking.chooseAccount();
    await linking.done();
    await customer.untilStatus("linked");
    const { id } = await customer.success();
    open.demo.cybrid.forceState(id ?? "", "refresh_required");
    open.demo.plaid.settings.oauth = "redirect";
    await customer.goto("/");
    const refresh = `bank-link[refresh-account="${id}"]`;
    await customer.click(refresh);
    const reconnecting = await LinkPicker.open(customer.page, "link-oauth");
    await Promise.all([customer.page.waitForNavigation(), reconnecting.click("link-oauth")]);
    await answerAtBank(customer.page);
    const back = await LinkPicker.open(customer.page, "link-done");
    await back.done();
    await customer.untilStatus("linked", refresh);
    assert.equal((await customer.success()).id, id);
    assert.equal(await customer.status(), "idle");
    assert.deepEqual(customer.accounts(), [{ id, status: "completed" }]);
  });
});

describe("what came back from Link is checked before anything is called", () => {
  const cases = {
    "a missing account id": { scenario: { missingAccountId: true }, code: "account_metadata_missing" },
    "two accounts": { scenario: { accounts: 2 as const }, code: "multiple_accounts" },
  };
  for (const [name, { scenario, code }] of Object.entries(cases)) {
    test(name, async () => {
      Object.assign(open.demo.plaid.settings, scenario);
      const before = callsTo(open.demo.cybrid.calls, CREATE).length;
      const finalizes = () => open.demo.worker.output.filter((line) => line.includes("/finalize")).length;
      const finalizesBefore = finalizes();
      const customer = await open.customer();
      await customer.click();
      await (await LinkPicker.open(customer.page)).linkAccount();
      await customer.untilStatus("failed");
      const [error] = await customer.events("bank-link-error");
      assert.equal(error?.detail.code, code);
      assert.notEqual(await customer.message(), "");
      assert.equal(callsTo(open.demo.cybrid.calls, CREATE).length, before);
      assert.equal(finalizes(), finalizesBefore);
    });
  }
});

test("browser storage and the Worker's log hold no token and no secret", async () => {
  open.demo.plaid.settings.oauth = "redirect";
  const customer = await open.customer();
  await leaveForBank(customer);
  await answerAtBank(customer.page);
  const picker = await LinkPicker.open(customer.page, "link-select-account");
  const during = await customer.storage();
  await picker.chooseAccount();
  await picker.done();
  await customer.untilStatus("linked");
  // Plaid's own iframe has the token in its URL while Link is open.
  await customer.page.waitForFunction(() => document.querySelectorAll("iframe").length === 0);
  const { demo } = open;
  const places = {
    during,
    after: await customer.storage(),
    log: demo.worker.output.join("\n"),
    page: await customer.page.content(),
    events: JSON.stringify(await customer.events()),
  };
  const secrets = [
    demo.apiKey,
    demo.cybrid.settings.clientSecret,
    demo.lynx.settings.clientSecret,
    ...demo.cybrid.accessTokens(),
    "link-sandbox-",
    "public-sandbox-",
    "eyJ",
  ];
  for (const [place, text] of Object.entries(places)) {
    for (const secret of secrets)
      assert.ok(
        !text.includes(secret),
        `${place}: …${text.slice(text.indexOf(secret) - 200, text.indexOf(secret) + 12)}…`,
      );
  }
});

async function leaveForBank(customer: DemoPage): Promise<void> {
  await customer.click();
  const picker = await LinkPicker.open(customer.page);
  await Promise.all([customer.page.waitForNavigation(), picker.leaveForBank(PLATYPUS_OAUTH)]);
}

/** The customer allows at the bank, but this browser does not follow the redirect back. */
async function returnUrlOf(customer: DemoPage): Promise<string> {
  const { page } = customer;
  await page.setRequestInterception(true);
  const sent = new Promise<string>((resolve) => {
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (!url.searchParams.has("oauth_state_id") || url.origin !== open.demo.url)
        return void request.continue();
      resolve(url.pathname + url.search);
      void request.abort();
    });
  });
  await answerAtBank(page);
  return sent;
}
