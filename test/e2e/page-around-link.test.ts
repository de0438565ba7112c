/** The page around Plaid Link, on a computer and a phone: the box of Link's frame, and what its end leaves behind. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Device, KnownDevices, type Page } from "puppeteer-core";
import { type DemoPage, withDemo } from "./demo-page.ts";
import { ELEMENT, visitHostPage } from "./host-page.ts";
import { LinkPicker } from "./link-picker.ts";

const open = withDemo();
const devices: Record<string, Device | null> = { "a computer": null, "a phone": KnownDevices["iPhone 15"] };

/** As long as Plaid's frame is kept after the end, and some more. */
const LATER_MS = 900;

const later = () => new Promise((resolve) => setTimeout(resolve, LATER_MS));

async function visit(device: Device | null | undefined, body: string): Promise<DemoPage> {
  const customer = await open.customer();
  if (device) await customer.page.emulate(device);
  await visitHostPage(open.demo, customer.page, { body });
  return customer;
}

const TALL = `<div style="height:8rem">${ELEMENT}</div><input id="field" style="position:fixed;inset-block-start:8rem"><div style="height:3000px"></div>`;

/** Not in the markup, since the element would load Plaid's own script before the page has named the stand-in's. */
async function preload(page: Page, selector: string): Promise<void> {
  await page.$eval(selector, (element) => {
    (element as HTMLElementTagNameMap["bank-link"]).preload = "load";
  });
  await page.waitForFunction(
    (where) => (document.querySelector(where) as HTMLElementTagNameMap["bank-link"]).status === "ready",
    {},
    selector,
  );
}

/** The Link that is shown, of several that are on the page. */
async function openPicker(page: Page): Promise<LinkPicker> {
  const shown = await page.waitForFunction(() =>
    [...document.querySelectorAll("iframe")].find((frame) => frame.checkVisibility()),
  );
  const frame = await shown.asElement()?.contentFrame();
  assert.ok(frame);
  const picker = new LinkPicker(frame);
  await picker.shows("link-continue");
  return picker;
}

/** What the customer has in front of them. */
function look(page: Page) {
  return page.evaluate(() => ({
    focus: document.activeElement?.id || document.activeElement?.tagName,
    scrollY: window.scrollY,
    id: document.documentElement.id,
    height: document.documentElement.getAttribute("style") ?? "",
    overflow: document.body.style.overflow,
    frames: document.querySelectorAll("iframe").length,
  }));
}

/** The customer types in another field, further down; on the page of a router, `<html>` has a new id. */
async function moveOn(page: Page): Promise<Awaited<ReturnType<typeof look>>> {
  await page.evaluate(() => {
    document.documentElement.id = "newer";
    document.documentElement.style.minHeight = "3000px";
    window.scrollTo(0, 700);
    document.getElementById("field")?.focus({ preventScroll: true });
  });
  const seen = await look(page);
  assert.deepEqual([seen.focus, seen.scrollY, seen.id], ["field", 700, "newer"]);
  return seen;
}

for (const [name, device] of Object.entries(devices)) {
  describe(`on ${name}`, () => {
    const surroundings = {
      "a modal dialog": `<dialog id="around">${ELEMENT}</dialog>`,
      "a popover": `<div popover id="around">${ELEMENT}</div>`,
    };
    for (const [where, body] of Object.entries(surroundings)) {
      test(`Link's frame fills the window when opened from ${where}`, async () => {
        const customer = await visit(device, body);
        const { page } = customer;
        await page.$eval("#around", (around) => {
          if (around instanceof HTMLDialogElement) around.showModal();
          else (around as HTMLElement).showPopover();
        });
        await customer.click();
        const picker = await LinkPicker.open(page);
        const box = await page.$eval("iframe", (frame) => {
          const { left, top, width, height } = frame.getBoundingClientRect();
          const { padding, borderStyle, backgroundColor } = getComputedStyle(frame);
          return { box: [left, top, width, height], padding, borderStyle, backgroundColor };
        });
        const window = await page.evaluate(() => [document.documentElement.clientWidth, innerHeight]);
        assert.deepEqual(box, {
          box: [0, 0, ...window],
          padding: "0px",
          borderStyle: "none",
          backgroundColor: "rgba(0, 0, 0, 0)",
        });
        await picker.linkAccount();
        await customer.untilStatus("linked");
      });
    }

    test("the end of Link leaves focus, scroll position and html's id as the customer has them", async () => {
      const customer = await visit(device, TALL);
      const { page } = customer;
      await customer.click();
      await (await LinkPicker.open(page)).click("link-close");
      await customer.untilStatus("canceled");
      const seen = await moveOn(page);
      await later();
      assert.deepEqual(await look(page), { ...seen, frames: 0 });
      assert.equal(await page.$("style"), null);
    });

    test("an element that is removed before Link opens leaves all that as it is", async () => {
      const customer = await visit(device, TALL);
      const { page } = customer;
      await preload(page, "bank-link");
      await customer.untilStatus("ready");
      const seen = await moveOn(page);
      await page.$eval("bank-link", (element) => element.remove());
      await later();
      assert.deepEqual(await look(page), { ...seen, frames: 0 });
    });

    test("a second Link keeps its hold on the page when the first one ends for good", async () => {
      const customer = await visit(
        device,
        `<div id="first">${ELEMENT}</div><div id="second">${ELEMENT}</div>`,
      );
      const { page } = customer;
      await preload(page, "#second bank-link");
      await customer.click("#first bank-link");
      const picker = await openPicker(page);
      await page.evaluate(() => {
        const [first, second] = document.querySelectorAll("bank-link");
        first?.addEventListener("bank-link-exit", () => void second?.open());
      });
      await picker.click("link-close");
      await customer.untilStatus("open", "#second bank-link");
      await page.waitForFunction(() => document.activeElement?.matches("iframe"));
      const { frames: _, ...seen } = await look(page);
      assert.equal(device ? seen.id : seen.overflow, device ? "plaid-link-open" : "hidden");
      await later();
      assert.deepEqual(await look(page), { ...seen, frames: 1 });
      await (await openPicker(page)).linkAccount();
      await customer.untilStatus("linked", "#second bank-link");
      assert.deepEqual([(await look(page)).id, (await look(page)).overflow], ["", ""]);
    });

    test("a style sheet with the height that Link's frame asked for is taken away, and the page's own stay", async () => {
      const customer = await visit(device, ELEMENT);
      const { page } = customer;
      await page.addStyleTag({ content: "html { height: 100%; margin: 0 }" });
      await customer.click();
      const picker = await LinkPicker.open(page);
      await page.addStyleTag({ content: "html { height: 640px !important; }" });
      await picker.click("link-close");
      await customer.untilStatus("canceled");
      const sheets = await page.$$eval("style", (styles) => styles.map(({ textContent }) => textContent));
      assert.deepEqual(
        sheets.filter((text) => text.startsWith("html {")),
        ["html { height: 100%; margin: 0 }"],
      );
    });

    for (const before of ["", "height: 50%;"]) {
      test(`the height that Link's frame asked for is put back to ${before || "none"}`, async () => {
        const customer = await visit(device, ELEMENT);
        const { page } = customer;
        await page.$eval("html", (html, style) => html.setAttribute("style", style), before);
        await customer.click();
        const picker = await LinkPicker.open(page);
        await picker.frame.evaluate(() => {
          const action = `plaid_link-${new URLSearchParams(location.search).get("frame")}::resize`;
          window.parent.postMessage(JSON.stringify({ action, height: 640 }), "*");
        });
        await page.waitForFunction(() => document.documentElement.style.height === "640px");
        await picker.click("link-close");
        await customer.untilStatus("canceled");
        assert.equal((await look(page)).height, before);
      });
    }
  });
}
