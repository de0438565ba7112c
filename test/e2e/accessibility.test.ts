/** The demo with a keyboard only, in forced colours, with reduced motion, at 200 % zoom. */
import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import type { Frame, Page } from "puppeteer-core";
import { launch } from "../engines.ts";
import { cutOff } from "./cut-off.ts";
import { type DemoPage, withDemo } from "./demo-page.ts";
import { FIRST_PLATYPUS, LinkPicker } from "./link-picker.ts";

const open = withDemo();
/** What one test alone has started. */
let started = new AsyncDisposableStack();
afterEach(async () => {
  await started.disposeAsync();
  started = new AsyncDisposableStack();
});

describe("a keyboard alone", () => {
  test("goes from the button through Link and back to the element", async () => {
    const customer = await open.customer();
    const { page } = customer;
    await tabTo(page, page.mainFrame(), () => document.activeElement?.localName === "bank-link");
    await page.keyboard.press("Enter");
    const { frame } = await LinkPicker.open(page);
    await press(page, frame, "link-continue");
    await press(page, frame, `link-institution-${FIRST_PLATYPUS}`);
    await focusOn(page, frame, "link-username");
    await page.keyboard.type("user_good");
    await focusOn(page, frame, "link-password");
    await page.keyboard.type("pass_good");
    await page.keyboard.press("Enter");
    await press(page, frame, "link-select-account");
    await press(page, frame, "link-done");
    await customer.untilStatus("linked");
    await page.waitForFunction(() => document.activeElement?.localName === "bank-link");
    const focused = await page.$eval("bank-link", ({ shadowRoot }) => shadowRoot?.activeElement?.textContent);
    assert.match(focused ?? "", /First Platypus Bank/);
  });

  test("leaves Link, and the button has the focus again", async () => {
    const customer = await open.customer();
    const { page } = customer;
    await tabTo(page, page.mainFrame(), () => document.activeElement?.localName === "bank-link");
    await page.keyboard.press(" ");
    const { frame } = await LinkPicker.open(page);
    // Backwards, since forwards the focus passes Firefox's own buttons, which the driver's keys do not reach.
    await page.keyboard.down("Shift");
    await focusOn(page, frame, "link-close");
    await page.keyboard.up("Shift");
    await page.keyboard.press("Enter");
    await customer.untilStatus("canceled");
    await page.waitForFunction(
      () => document.querySelector("bank-link")?.shadowRoot?.activeElement?.localName === "button",
    );
    await page.keyboard.press("Enter");
    await customer.untilStatus("open");
  });
});

describe("forced colours", () => {
  test("leave nothing that the customer needs invisible", async () => {
    const customer = await customerWith("forced-colors", "active");
    assert.deepEqual(await invisible(customer, ["button", "button svg"]), []);
    await fail(customer);
    assert.deepEqual(await invisible(customer, ["button", ".failed", ".failed svg"]), []);
    await customer.click();
    await (await LinkPicker.open(customer.page)).linkAccount();
    await customer.untilStatus("linked");
    assert.deepEqual(await invisible(customer, [".linked", ".badge svg"]), []);
  });

  test("still show where the focus is", async () => {
    const customer = await customerWith("forced-colors", "active");
    const { page } = customer;
    await tabTo(page, page.mainFrame(), () => document.activeElement?.localName === "bank-link");
    const outline = await page.$eval("bank-link", ({ shadowRoot }) => {
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(
        shadowRoot?.querySelector("button") as Element,
      );
      return { outlineStyle, outlineWidth, isSeen: !/^rgba\(.*, 0\)$|transparent/.test(outlineColor) };
    });
    assert.deepEqual(outline, { outlineStyle: "solid", outlineWidth: "3px", isSeen: true });
  });
});

test("reduced motion slows the spinner down, and nothing else moves", async () => {
  open.demo.cybrid.settings.workflowMs = 3_000;
  const animations = async (customer: DemoPage) => {
    await customer.click();
    await customer.untilStatus("preparing");
    return customer.page.$eval("bank-link", ({ shadowRoot }) =>
      (shadowRoot?.getAnimations() ?? []).map(({ effect }) => effect?.getTiming().duration),
    );
  };
  assert.deepEqual(await animations(await open.customer()), [800]);
  assert.deepEqual(await animations(await customerWith("prefers-reduced-motion", "reduce")), [4_000]);
});

describe("200 % zoom", () => {
  // The viewport of a 1280 × 800 window at that zoom; 400 % is WCAG's reflow criterion (1.4.10).
  for (const [zoom, width, height] of [
    ["200 %", 640, 400],
    ["400 %", 320, 256],
  ] as const) {
    test(`${zoom}: nothing is cut off, and an account can be linked`, async () => {
      const customer = await open.customer();
      await customer.page.setViewport({ width, height, deviceScaleFactor: 1_280 / width });
      assert.deepEqual(await customer.page.evaluate(cutOff), []);
      await customer.click();
      await (await LinkPicker.open(customer.page)).linkAccount();
      await customer.untilStatus("linked");
      assert.deepEqual(await customer.page.evaluate(cutOff), []);
    });
  }

  test("of the text alone: it grows, and nothing is cut off", async () => {
    const customer = await open.customer();
    const { page } = customer;
    const size = () =>
      page.$eval("bank-link", ({ shadowRoot }) =>
        Number.parseFloat(getComputedStyle(shadowRoot?.querySelector("button") as Element).fontSize),
      );
    const before = await size();
    await page.addStyleTag({ content: "html { font-size: 200% !important }" });
    assert.equal(await size(), before * 2);
    await fail(customer);
    assert.deepEqual(await customer.page.evaluate(cutOff), []);
  });
});

const FIREFOX_PREFERENCES = {
  "forced-colors": { "browser.display.document_color_use": 2, "ui.useAccessibilityTheme": 1 },
  "prefers-reduced-motion": { "ui.prefersReducedMotion": 1 },
};

/** A customer whose system has this setting. Puppeteer's own emulation covers only some of them. */
async function customerWith(feature: keyof typeof FIREFOX_PREFERENCES, value: string): Promise<DemoPage> {
  let customer: DemoPage;
  if (open.engine === "firefox") {
    const browser = await launch(open.engine, { preferences: FIREFOX_PREFERENCES[feature] });
    started.defer(() => browser.close());
    customer = await open.customer("cybrid", browser);
  } else {
    customer = await open.customer();
    const session = await customer.page.createCDPSession();
    await session.send("Emulation.setEmulatedMedia", { features: [{ name: feature, value }] });
  }
  assert.ok(await customer.page.evaluate((query) => matchMedia(query).matches, `(${feature}: ${value})`));
  return customer;
}

async function fail(customer: DemoPage): Promise<void> {
  open.demo.cybrid.settings.workflowOutcome = { failed: "some_code" };
  await customer.click();
  await customer.untilStatus("failed");
  open.demo.cybrid.settings.workflowOutcome = "completed";
}

/** Those that neither a border nor a stroke sets off from the background. */
function invisible(customer: DemoPage, selectors: string[]): Promise<string[]> {
  return customer.page.$eval(
    "bank-link",
    ({ shadowRoot }, selectors) => {
      const canvas = document.createElement("div");
      canvas.style.color = "Canvas";
      document.body.append(canvas);
      const background = getComputedStyle(canvas).color;
      canvas.remove();
      const isDrawn = (color: string) =>
        color !== background && !/^rgba\(.*, 0\)$|transparent|none/.test(color);
      return selectors.filter((selector) => {
        const found = shadowRoot?.querySelector(selector);
        if (!found) return true;
        const { stroke, borderTopColor, borderTopWidth } = getComputedStyle(found);
        return !(found instanceof SVGElement
          ? isDrawn(stroke)
          : isDrawn(borderTopColor) && Number.parseFloat(borderTopWidth) > 0);
      });
    },
    selectors,
  );
}

async function tabTo(
  page: Page,
  frame: Frame,
  isThere: (testId: string) => boolean,
  testId = "",
): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    if (await frame.evaluate(isThere, testId)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not reach ${testId || "the element"}`);
}

async function focusOn(page: Page, frame: Frame, testId: string): Promise<void> {
  await frame.waitForSelector(`[data-testid="${testId}"]`, { visible: true });
  await tabTo(
    page,
    frame,
    (wanted) => (document.activeElement as HTMLElement)?.dataset.testid === wanted,
    testId,
  );
}

async function press(page: Page, frame: Frame, testId: string): Promise<void> {
  await focusOn(page, frame, testId);
  await page.keyboard.press("Enter");
}
