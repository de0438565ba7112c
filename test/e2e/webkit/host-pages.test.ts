/** Difficult pages, in WebKit: a strict policy, a modal dialog, a popover. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { ELEMENT, readmePolicy } from "../host-page.ts";
import { FIRST_PLATYPUS, testId } from "../link-picker.ts";
import { KEY, retry, type WebKitPage, webKitDemo } from "./webkit-page.ts";

const { open, driven } = webKitDemo();

describe("a strict Content-Security-Policy with a nonce and trusted types, sent as a header", () => {
  driven("lets the element through to the linked account, without a violation", async () => {
    const customer = await open.customer();
    await customer.visitHostPage({
      nonce: "n0nce",
      headers: { "Content-Security-Policy": await readmePolicy(open.demo) },
      head: `<script nonce="n0nce">
        const violations = [];
        document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) =>
          violations.push([effectiveDirective, blockedURI, sample].join(" ")));
      </script>`,
      body: ELEMENT.replace(">", ' nonce="n0nce">'),
    });
    const violations = () => customer.driver.executeScript("return violations", []);
    const display = await customer.evaluate(
      () => getComputedStyle(document.querySelector("bank-link") as Element).display,
    );
    assert.equal(display, "grid");
    await customer.clickButton();
    await customer.link.linkAccount();
    await customer.untilStatus("linked");
    assert.deepEqual(await violations(), []);
    assert.equal(customer.accounts().length, 1);
    // The policy was enforced.
    await customer.evaluate(() => {
      const script = document.createElement("script");
      try {
        script.src = "/other.js";
      } catch {}
    });
    await retry(async () => /^require-trusted-types-for/.test(String(await violations())));
  });
});

describe("Link above the top layer, with a keyboard and a mouse", () => {
  const surroundings = {
    "a modal dialog": `<dialog id="around" style="width:80vw;height:80vh"><input id="before">${ELEMENT}</dialog>`,
    "a popover": `<div popover id="around" style="width:80vw;height:80vh"><input id="before">${ELEMENT}</div>`,
  };
  for (const [name, body] of Object.entries(surroundings)) {
    driven(`inside ${name}, typing in Link works, and the page is whole after`, async () => {
      const customer = await open.customer();
      await customer.visitHostPage({ body });
      await showAround(customer);
      await customer.clickButton();
      await customer.link.chooseBank();
      await typeInto(customer, "link-username", "user_good");
      await typeInto(customer, "link-password", "pass_good");
      await customer.press(KEY.enter);
      await customer.link.chooseAccount();
      await customer.link.done();
      await customer.untilStatus("linked");
      await customer.untilWhole();
      const left = await customer.evaluate(() => ({
        around: document.querySelector("#around")?.matches(":modal, :popover-open"),
        dialogs: document.querySelectorAll("dialog:not(#around)").length,
      }));
      assert.deepEqual(left, { around: true, dialogs: 0 });
    });
  }

  driven("Escape in Link does not close the page's dialog", async () => {
    const customer = await open.customer();
    await customer.visitHostPage({ body: surroundings["a modal dialog"] });
    await showAround(customer);
    await customer.clickButton();
    await customer.link.click("link-continue");
    for (let times = 0; times < 3; times++) await customer.press(KEY.escape);
    // Also while Link does not have the focus.
    await customer.evaluate(() => {
      (document.activeElement as HTMLElement).blur();
      window.focus();
    });
    for (let times = 0; times < 3; times++) await customer.press(KEY.escape);
    await customer.link.click(`link-institution-${FIRST_PLATYPUS}`);
    await customer.link.signIn();
    await customer.link.chooseAccount();
    await customer.link.done();
    await customer.untilStatus("linked");
    assert.equal(await customer.evaluate(() => document.querySelector("#around")?.matches(":modal")), true);
  });
});

async function showAround(customer: WebKitPage): Promise<void> {
  await customer.evaluate(() => {
    const around = document.querySelector("#around");
    if (around instanceof HTMLDialogElement) around.showModal();
    else (around as HTMLElement).showPopover();
  });
}

/** As a person does: a click where it is, then the keys. */
async function typeInto(customer: WebKitPage, control: string, text: string): Promise<void> {
  await customer.link.click(control);
  await customer.type(text);
  const value = await customer.inLink(() =>
    customer.evaluate(
      (selector) => document.querySelector<HTMLInputElement>(selector)?.value,
      testId(control),
    ),
  );
  assert.equal(value, text);
}
