/** Difficult pages: a strict policy, a modal dialog, a popover, no tolerance for a layout shift. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { type ElementHandle, type Frame, KnownDevices, type Page } from "puppeteer-core";
import { type DemoPage, withDemo } from "./demo-page.ts";
import { ELEMENT, README, readmePolicy, visitHostPage } from "./host-page.ts";
import { LinkPicker } from "./link-picker.ts";

const open = withDemo();

describe("a strict Content-Security-Policy with a nonce and trusted types, sent as a header", () => {
  async function violations(customer: DemoPage, nonce: string): Promise<string[]> {
    const { demo } = open;
    const found: string[] = [];
    await customer.page.exposeFunction("violated", (violation: string) => found.push(violation));
    await customer.page.evaluateOnNewDocument(() => {
      if (window.top !== window) return;
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) => {
        (window as unknown as { violated(text: string): void }).violated(
          `${effectiveDirective} ${blockedURI} ${sample}`,
        );
      });
    });
    await visitHostPage(demo, customer.page, {
      nonce: "n0nce",
      headers: { "Content-Security-Policy": await readmePolicy(demo) },
      body: ELEMENT.replace(">", ` nonce="${nonce}">`),
    });
    return found;
  }

  test("lets the element through to the linked account, without a violation", async () => {
    const customer = await open.customer();
    const found = await violations(customer, "n0nce");
    await customer.click();
    await (await LinkPicker.open(customer.page)).linkAccount();
    await customer.untilStatus("linked");
    assert.deepEqual(found, []);
    assert.equal(customer.accounts().length, 1);
  });

  test("lets Link fill the window of a phone, without a violation", async () => {
    const customer = await open.customer();
    const { page } = customer;
    await page.emulate(KnownDevices["iPhone 15"]);
    const found = await violations(customer, "n0nce");
    await customer.click();
    const picker = await LinkPicker.open(page);
    const box = await page.$eval("iframe", (frame) => {
      const { left, top, width, height } = frame.getBoundingClientRect();
      return [left, top, width, height];
    });
    assert.deepEqual(box, await page.evaluate(() => [0, 0, innerWidth, innerHeight]));
    await picker.linkAccount();
    await customer.untilStatus("linked");
    assert.deepEqual(found, []);
  });

  test("applies the style sheet", async () => {
    const customer = await open.customer();
    await violations(customer, "n0nce");
    const display = await customer.page.$eval("bank-link", (element) => getComputedStyle(element).display);
    assert.equal(display, "grid");
  });
});

describe("Link above the top layer, with a keyboard and a mouse", () => {
  const surroundings = {
    "a modal dialog": `<dialog id="around" style="width:80vw;height:80vh"><input id="before">${ELEMENT}</dialog>`,
    "a popover": `<div popover id="around" style="width:80vw;height:80vh"><input id="before">${ELEMENT}</div>`,
    "a modal dialog, in the narrow window of a telephone": `<dialog id="around">${ELEMENT}</dialog>`,
  };
  for (const [name, body] of Object.entries(surroundings)) {
    test(`inside ${name}, typing in Link works, and the page is whole after`, async () => {
      const customer = await open.customer();
      const { page } = customer;
      if (name.includes("telephone")) await page.setViewport({ width: 390, height: 780 });
      await visitHostPage(open.demo, page, { body });
      await page.$eval("#around", (around) => {
        if (around instanceof HTMLDialogElement) around.showModal();
        else (around as HTMLElement).showPopover();
      });
      await customer.click();
      const picker = await LinkPicker.open(page);
      await picker.chooseBank();
      await typeInto(page, picker.frame, "link-username", "user_good");
      await typeInto(page, picker.frame, "link-password", "pass_good");
      await page.keyboard.press("Enter");
      await picker.chooseAccount();
      await picker.done();
      await customer.untilStatus("linked");
      await page.waitForFunction(() => document.querySelectorAll("iframe").length === 0);
      const left = await page.evaluate(() => ({
        around: document.querySelector("#around")?.matches(":modal, :popover-open"),
        dialogs: document.querySelectorAll("dialog:not(#around)").length,
        overflow: document.body.style.overflow,
      }));
      assert.deepEqual(left, { around: true, dialogs: 0, overflow: "" });
    });
  }

  test("Escape in Link does not close the page's dialog", async () => {
    const customer = await open.customer();
    const { page } = customer;
    await visitHostPage(open.demo, page, { body: surroundings["a modal dialog"] });
    await page.$eval("#around", (around) => (around as HTMLDialogElement).showModal());
    await customer.click();
    const picker = await LinkPicker.open(page);
    for (let times = 0; times < 3; times++) await page.keyboard.press("Escape");
    // Also while Link does not have the focus.
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    for (let times = 0; times < 3; times++) await page.keyboard.press("Escape");
    await picker.linkAccount();
    await customer.untilStatus("linked");
    assert.equal(await page.$eval("#around", (around) => around.matches(":modal")), true);
  });
});

describe("before the script has loaded", () => {
  test("the README's rule reserves the space that the element will take", async () => {
    const [rule = ""] = (await readFile(README, "utf8")).match(/bank-link:not\(:defined\) \{.*?\n\}/s) ?? [];
    const customer = await open.customer();
    const { page } = customer;
    await visitHostPage(open.demo, page, {
      // Wide enough for one line below the button in any font.
      head: `<style>${rule} bank-link { max-inline-size: none }</style>`,
      body: `${ELEMENT}<p id="below">Below</p>`,
      define: false,
    });
    const top = () => page.$eval("#below", (below) => below.getBoundingClientRect().top);
    const before = await top();
    await page.evaluate(() => (window as unknown as { defineElement(): Promise<void> }).defineElement());
    await page.$eval(
      "bank-link",
      (element) => (element as unknown as { updateComplete: unknown }).updateComplete,
    );
    assert.ok(Math.abs((await top()) - before) < 1, `${before} → ${await top()}`);
  });
});

/** As a person does: a click where it is, then the keys. */
async function typeInto(page: Page, frame: Frame, control: string, text: string): Promise<void> {
  const field = (await frame.waitForSelector(`[data-testid="${control}"]`, {
    visible: true,
  })) as ElementHandle<HTMLInputElement>;
  await field.click();
  await page.keyboard.type(text);
  assert.equal(await field.evaluate(({ value }) => value), text);
}
