/** The Link stand-in towards the page, line by line: on a phone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { KnownDevices, type Page } from "puppeteer-core";
import { answerAtBank, LinkPicker, PLATYPUS_OAUTH, popupOf, testId } from "../link-picker.ts";
import { focused, overlay, restrict, told, waitUntilTold } from "./link-host-page.ts";
import { withChromium } from "./set-up.ts";

const iPhone = KnownDevices["iPhone 15"];
const pixel = KnownDevices["Pixel 5"];
const computer = { width: 1100, height: 800 };
const setUpPhone = withChromium(iPhone);
const setUpComputer = withChromium();

/** By finger. */
class TapPicker extends LinkPicker {
  override async click(control: string): Promise<void> {
    const target = await this.frame.waitForSelector(testId(control), { visible: true });
    await target?.tap();
  }
}

async function tapPicker(page: Page): Promise<TapPicker> {
  return new TapPicker((await LinkPicker.open(page)).frame);
}

/** What the page looks like to its visitor. */
function look(page: Page) {
  return page.evaluate(() => ({
    id: document.documentElement.id,
    button: document.getElementById("start")?.checkVisibility(),
    scrollY: window.scrollY,
    overflow: document.body.style.overflow,
  }));
}

async function scrolledPage(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.documentElement.id = "ours";
    // High also while the body's children are hidden, so that nothing but a script scrolls it up.
    document.documentElement.style.minHeight = "3000px";
    window.scrollTo(0, 500);
  });
}

function frameBox(page: Page): Promise<number[]> {
  return page.$eval("iframe", (frame) => {
    const { left, top, width, height } = frame.getBoundingClientRect();
    return [left, top, width, height];
  });
}

for (const [name, { userAgent }] of Object.entries({ iPhone, pixel })) {
  test(`the user agent makes a phone, however large the window: ${name}`, async (t) => {
    const { host, newProfile } = await setUpComputer(t);
    const page = await host.visit(await newProfile(), "/", { userAgent, viewport: computer });
    await host.createAndOpen(page);
    await LinkPicker.open(page);
    assert.equal((await look(page)).id, "plaid-link-open");
  });
}

test("a computer's narrow window is no phone", async (t) => {
  const { host, page } = await setUpComputer(t);
  await page.setViewport({ width: 390, height: 800 });
  await host.createAndOpen(page);
  await LinkPicker.open(page);
  assert.deepEqual(await look(page), { id: "", button: true, scrollY: 0, overflow: "hidden" });
  assert.equal(await page.$eval("iframe", ({ style }) => style.width), "100%");
});

test("the frame has a class and no inline size; a style sheet without a nonce sizes it, below the body alone", async (t) => {
  const { host, page } = await setUpPhone(t);
  await host.create(page);
  const frame = await page.$eval("iframe", ({ className, style }) => ({ className, style: style.cssText }));
  assert.deepEqual(frame, { className: "plaid-link-phone", style: "display: none;" });
  const style = await page.$eval("head > style", ({ sheet, nonce }) => ({
    selector: (sheet?.cssRules[0] as CSSStyleRule | undefined)?.selectorText,
    nonce,
  }));
  assert.deepEqual(style, {
    selector: `html > body > .plaid-link-phone${"#plaid-link-iframe-1".repeat(9)}`,
    nonce: "",
  });
});

test("open() gives html an id, hides the body's children, scrolls up and locks nothing; the end undoes it", async (t) => {
  const { host, page } = await setUpPhone(t);
  await scrolledPage(page);
  const before = await look(page);
  assert.deepEqual(before, { id: "ours", button: true, scrollY: 500, overflow: "" });
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  assert.deepEqual(await look(page), { id: "plaid-link-open", button: false, scrollY: 0, overflow: "" });
  const { width, height } = iPhone.viewport;
  assert.deepEqual(await frameBox(page), [0, 0, width, height]);
  await picker.click("link-close");
  await waitUntilTold(page, "onExit");
  assert.deepEqual(await look(page), before);
});

test("outside the body nothing sizes the frame: 304×154 px", async (t) => {
  const { host, page } = await setUpPhone(t);
  await page.evaluate((token) => {
    window.handler = window.makeHandler({ token });
    const dialog = document.createElement("dialog");
    dialog.style.cssText = "width:100vw;height:100vh;max-width:none;max-height:none;padding:0;border:0";
    dialog.append(document.querySelector("iframe") as HTMLIFrameElement);
    document.documentElement.append(dialog);
    dialog.showModal();
    window.handler.open();
  }, host.linkToken());
  await LinkPicker.open(page);
  assert.deepEqual((await frameBox(page)).slice(2), [304, 154]);
});

test("a policy with a nonce for styles leaves the frame small at the foot of the page", async (t) => {
  const { host, page } = await setUpPhone(t);
  await restrict(page, "style-src 'nonce-ours'; style-src-attr 'unsafe-inline'");
  await host.createAndOpen(page);
  await LinkPicker.open(page);
  const [, top = 0, ...size] = await frameBox(page);
  const { scrollY, button } = await look(page);
  assert.deepEqual({ size, button }, { size: [304, 154], button: true });
  // The page's own text is 3000 px high.
  assert.ok(top + scrollY > 3000, `${top} + ${scrollY}`);
});

test("destroy() hides once more: html's id, scroll and focus go back to what they were at open()", async (t) => {
  const { host, page } = await setUpPhone(t);
  await scrolledPage(page);
  await page.evaluate(() => document.getElementById("start")?.focus({ preventScroll: true }));
  await host.createAndOpen(page);
  await (await LinkPicker.open(page)).click("link-close");
  await waitUntilTold(page, "onExit");
  await page.evaluate(() => {
    document.documentElement.id = "new";
    (document.activeElement as HTMLElement).blur();
    window.scrollTo(0, 900);
    // Where it stands does not matter here; focus alone would scroll to it.
    (document.getElementById("start") as HTMLElement).style.position = "fixed";
    window.handler.destroy();
  });
  assert.deepEqual(await look(page), { id: "ours", button: true, scrollY: 500, overflow: "" });
  assert.equal(await focused(page), "start");
});

test("destroy() of a Link that has ended lets the page show through a second Link", async (t) => {
  const { host, page } = await setUpPhone(t);
  await host.createAndOpen(page);
  await (await LinkPicker.open(page)).click("link-close");
  await waitUntilTold(page, "onExit");
  await page.evaluate((token) => {
    const ended = window.handler;
    window.handler = window.makeHandler({ token });
    window.handler.open();
    ended.destroy();
  }, host.linkToken());
  assert.deepEqual(await look(page), { id: "", button: true, scrollY: 0, overflow: "" });
  assert.equal((await overlay(page)).shown, true);
});

test("destroying a handler that never opened wipes html's id and scrolls to the top", async (t) => {
  const { host, page } = await setUpPhone(t);
  await host.create(page);
  await scrolledPage(page);
  await page.evaluate(() => window.handler.destroy());
  assert.deepEqual(await look(page), { id: "", button: true, scrollY: 0, overflow: "" });
  assert.deepEqual((await overlay(page)).frames, []);
  assert.equal(await page.$("style"), null);
});

test("a bank is linked by taps, upright and with half the screen taken by a keyboard", async (t) => {
  const { host, page } = await setUpPhone(t);
  for (const height of [iPhone.viewport.height, 320]) {
    await page.setViewport({ ...iPhone.viewport, height });
    await page.evaluate(() => {
      window.told.length = 0;
    });
    await host.createAndOpen(page);
    const picker = await tapPicker(page);
    await picker.linkAccount();
    assert.match(String((await waitUntilTold(page, "onSuccess")).first), /^public-sandbox-/);
    await page.evaluate(() => window.handler.destroy());
  }
});

test("no screen of Link is wider than a small phone", async (t) => {
  const { host, page } = await setUpPhone(t);
  await page.setViewport({ ...iPhone.viewport, width: 320, height: 568 });
  await host.createAndOpen(page);
  const picker = await tapPicker(page);
  const fits = async (control: string) => {
    await picker.shows(control);
    const [content, window] = await picker.frame.evaluate(() => [
      document.querySelector(".sheet")?.scrollWidth,
      innerWidth,
    ]);
    assert.equal(content, window, control);
  };
  await fits("link-continue");
  await picker.click("link-continue");
  await fits("link-search");
  await picker.click("link-institution-ins_109508");
  await fits("link-sign-in");
  await picker.signIn("mfa_device");
  await fits("link-code");
  await picker.type("link-code", "1234");
  await picker.click("link-submit-code");
  await fits("link-select-account");
  await picker.click("link-select-account");
  await fits("link-done");
  await picker.done();
  await waitUntilTold(page, "onSuccess");
});

test("an OAuth bank by pop-up", async (t) => {
  const { host, page } = await setUpPhone(t);
  await host.createAndOpen(page);
  const picker = await tapPicker(page);
  await picker.chooseBank(PLATYPUS_OAUTH);
  await answerAtBank(await popupOf(page, () => picker.click("link-oauth")));
  await picker.chooseAccount();
  await picker.done();
  await waitUntilTold(page, "onSuccess");
  assert.deepEqual(await told(page, "onExit"), []);
});
