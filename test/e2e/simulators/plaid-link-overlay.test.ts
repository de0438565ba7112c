/** The Link stand-in towards the page, line by line: the frame over the page, from open() to destroy(). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkPicker } from "../link-picker.ts";
import {
  focused,
  linkMessage,
  overlay,
  postToPage,
  quietMoment,
  told,
  waitUntilTold,
} from "./link-host-page.ts";
import { withChromium } from "./set-up.ts";

const setUp = withChromium();

test("open() before it is ready shows a blank full-screen iframe and locks scrolling; onLoad may never come", async (t) => {
  const { host, page } = await setUp(t);
  host.plaid.settings.onLoadDelayMs = "never";
  await host.createAndOpen(page);
  await quietMoment();
  const { shown, bodyOverflow } = await overlay(page);
  assert.deepEqual({ shown, bodyOverflow }, { shown: true, bodyOverflow: "hidden" });
  const box = await page.$eval("iframe", (frame) => frame.getBoundingClientRect().toJSON());
  assert.deepEqual([box.top, box.left, box.height], [0, 0, 800]);
  assert.deepEqual(await told(page), []);
});

test("a late onLoad brings the screen that open() has asked for", async (t) => {
  const { host, page } = await setUp(t);
  host.plaid.settings.onLoadDelayMs = 400;
  await host.createAndOpen(page);
  assert.deepEqual(await told(page), []);
  await LinkPicker.open(page);
  assert.equal((await told(page))[0]?.callback, "onLoad");
});

test("open() after destroy() throws", async (t) => {
  const { host, page } = await setUp(t);
  await host.create(page);
  await assert.rejects(
    page.evaluate(() => {
      window.handler.destroy();
      window.handler.open();
    }),
    /destroyed/,
  );
});

test("exit() does nothing while Link is closed", async (t) => {
  const { host, page } = await setUp(t);
  await host.create(page);
  await waitUntilTold(page, "onLoad");
  await page.evaluate(() => window.handler.exit({ force: true }));
  await quietMoment();
  assert.deepEqual(await told(page, "onExit"), []);
});

test("exit({ force: true }) leaves at once", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  await LinkPicker.open(page);
  await page.evaluate(() => window.handler.exit({ force: true }));
  assert.equal((await waitUntilTold(page, "onExit")).first, null);
  assert.equal((await overlay(page)).shown, false);
});

test("exit() without force asks the customer first", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await page.evaluate(() => window.handler.exit());
  await picker.click("link-stay");
  await picker.shows("link-continue");
  await page.evaluate(() => window.handler.exit());
  await picker.click("link-leave");
  await waitUntilTold(page, "onExit");
});

test("exit() refuses what is no object", async (t) => {
  const { host, page } = await setUp(t);
  await host.create(page);
  await assert.rejects(
    page.evaluate(() => window.handler.exit("x")),
    /takes an object/,
  );
});

test("exit() only posts a message, so a dead iframe never calls back", async (t) => {
  const { host, page } = await setUp(t);
  host.plaid.settings.onLoadDelayMs = "never";
  await host.createAndOpen(page);
  await page.$eval("iframe", (frame) => {
    frame.src = "about:blank";
  });
  await page.evaluate(() => window.handler.exit({ force: true }));
  await quietMoment();
  assert.deepEqual(await told(page, "onExit"), []);
  assert.equal((await overlay(page)).shown, true);
});

test("destroy() removes iframe and listeners, with no onExit", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  await LinkPicker.open(page);
  await page.evaluate(() => window.handler.destroy());
  await postToPage(page, linkMessage(1, "exit", { error: null, metadata: {} }));
  await quietMoment();
  assert.deepEqual(await told(page, "onExit"), []);
  assert.deepEqual(await overlay(page), { frames: [], shown: false, bodyOverflow: "" });
});

test("destroying a handler that never opened rewrites the body's overflow to what it was at create", async (t) => {
  const { host, page } = await setUp(t);
  await page.evaluate(() => document.body.style.setProperty("overflow", "scroll"));
  await host.create(page);
  await page.evaluate(() => {
    document.body.style.overflow = "clip";
    window.handler.destroy();
  });
  assert.equal((await overlay(page)).bodyOverflow, "scroll");
});

test("destroy() hides once more: focus and overflow go back to what they were at open()", async (t) => {
  const { host, page } = await setUp(t);
  await page.focus("#start");
  await host.createAndOpen(page);
  await (await LinkPicker.open(page)).click("link-close");
  await waitUntilTold(page, "onExit");
  await page.evaluate(() => {
    const field = document.createElement("input");
    field.id = "field";
    document.body.append(field);
    field.focus();
    document.body.style.overflow = "clip";
  });
  assert.equal(await focused(page), "field");
  await page.evaluate(() => window.handler.destroy());
  assert.equal(await focused(page), "start");
  assert.equal((await overlay(page)).bodyOverflow, "");
});

test("destroy() of a Link that has ended focuses the page's window, takes the focus out of a second Link and unlocks the page under it", async (t) => {
  const { host, page } = await setUp(t);
  await page.focus("#start");
  await host.createAndOpen(page);
  await (await LinkPicker.open(page)).click("link-close");
  await waitUntilTold(page, "onExit");
  const focusCalls = await page.evaluate(async (token) => {
    const ended = window.handler;
    window.handler = window.makeHandler({ token });
    window.handler.open();
    let calls = 0;
    const { focus } = window;
    window.focus = () => {
      calls += 1;
      focus.call(window);
    };
    ended.destroy();
    return calls;
  }, host.linkToken());
  assert.equal(focusCalls, 1);
  assert.equal(await focused(page), "start");
  assert.deepEqual(await overlay(page), { frames: ["plaid-link-iframe-2"], shown: true, bodyOverflow: "" });
});

test("overflow is saved at each open()", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  await (await LinkPicker.open(page)).click("link-close");
  await waitUntilTold(page, "onExit");
  await page.evaluate(() => {
    window.told.length = 0;
    document.body.style.overflow = "clip";
    window.handler.open();
  });
  await (await LinkPicker.open(page)).click("link-close");
  await waitUntilTold(page, "onExit");
  assert.equal((await overlay(page)).bodyOverflow, "clip");
});

test("open() twice leaves the lock after the exit", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  await page.evaluate(() => window.handler.open());
  await (await LinkPicker.open(page)).click("link-close");
  await waitUntilTold(page, "onExit");
  const { shown, bodyOverflow } = await overlay(page);
  assert.deepEqual({ shown, bodyOverflow }, { shown: false, bodyOverflow: "hidden" });
});

test("a resize message sets a height on the html element, which stays after the end and after destroy()", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await picker.frame.evaluate(
    (message) => window.parent.postMessage(message, "*"),
    linkMessage(1, "resize", { height: 640 }),
  );
  await picker.click("link-close");
  await waitUntilTold(page, "onExit");
  await page.evaluate(() => window.handler.destroy());
  const height = await page.evaluate(() => {
    const { style } = document.documentElement;
    return [style.getPropertyValue("height"), style.getPropertyPriority("height")];
  });
  assert.deepEqual(height, ["640px", "important"]);
});

test("after success the overlay is gone and scrolling is as it was", async (t) => {
  const { host, page } = await setUp(t);
  await page.evaluate(() => document.body.style.setProperty("overflow", "scroll"));
  await host.createAndOpen(page);
  assert.equal((await overlay(page)).bodyOverflow, "hidden");
  await (await LinkPicker.open(page)).linkAccount();
  await waitUntilTold(page, "onSuccess");
  assert.deepEqual(await overlay(page), {
    frames: ["plaid-link-iframe-1"],
    shown: false,
    bodyOverflow: "scroll",
  });
});

for (const callback of ["onSuccess", "onExit"] as const) {
  test(`a throwing ${callback} leaves the overlay up and the page locked`, async (t) => {
    const { host, page } = await setUp(t);
    await page.evaluate(() => {
      window.throwing = true;
    });
    await host.createAndOpen(page);
    const picker = await LinkPicker.open(page);
    await (callback === "onSuccess" ? picker.linkAccount() : picker.click("link-close"));
    await waitUntilTold(page, callback);
    const { shown, bodyOverflow } = await overlay(page);
    assert.deepEqual({ shown, bodyOverflow }, { shown: true, bodyOverflow: "hidden" });
  });
}

test("a throwing onEvent changes nothing for Link", async (t) => {
  const { host, page } = await setUp(t);
  await page.evaluate((token) => {
    window.handler = window.loadedPlaid().create({
      token,
      onEvent: () => {
        throw new Error("the host's own fault");
      },
      onSuccess: () => window.told.push({ callback: "onSuccess" }),
    });
    window.handler.open();
  }, host.linkToken());
  await (await LinkPicker.open(page)).linkAccount();
  await waitUntilTold(page, "onSuccess");
  const { shown, bodyOverflow } = await overlay(page);
  assert.deepEqual({ shown, bodyOverflow }, { shown: false, bodyOverflow: "" });
});

test("it focuses at the end what had the focus: for a shadow root its host", async (t) => {
  const { host, page } = await setUp(t);
  await page.evaluate(() => {
    const shadowHost = document.createElement("div");
    shadowHost.id = "host";
    document.body.prepend(shadowHost);
    const root = shadowHost.attachShadow({ mode: "open", delegatesFocus: true });
    root.innerHTML = "<button>Link</button>";
    root.querySelector("button")?.focus();
  });
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "IFRAME");
  await picker.click("link-close");
  await waitUntilTold(page, "onExit");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "host");
});

test("the same handler opens again after an exit", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  await (await LinkPicker.open(page)).click("link-close");
  await waitUntilTold(page, "onExit");
  await page.evaluate(() => window.handler.open());
  await (await LinkPicker.open(page)).linkAccount();
  await waitUntilTold(page, "onSuccess");
});

test("moved to another place right after create(), the iframe loads anew, works, and is removed by destroy()", async (t) => {
  const { host, page } = await setUp(t);
  await page.evaluate((token) => {
    window.handler = window.makeHandler({ token });
    const dialog = document.createElement("dialog");
    dialog.append(document.querySelector("iframe") as HTMLIFrameElement);
    document.documentElement.append(dialog);
    dialog.showModal();
    window.handler.open();
  }, host.linkToken());
  await (await LinkPicker.open(page)).linkAccount();
  await waitUntilTold(page, "onSuccess");
  await page.evaluate(() => window.handler.destroy());
  assert.deepEqual((await overlay(page)).frames, []);
});
