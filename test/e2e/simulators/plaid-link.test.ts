/** The Link stand-in towards the page, line by line: the script and the handler. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkPicker } from "../link-picker.ts";
import { overlay, quietMoment, told, waitUntilTold } from "./link-host-page.ts";
import { withChromium } from "./set-up.ts";

const setUp = withChromium();

test("it defines window.Plaid with create, createEmbedded and version", async (t) => {
  const { page } = await setUp(t);
  assert.deepEqual(await page.evaluate(() => Object.keys(window.loadedPlaid())), [
    "create",
    "createEmbedded",
    "version",
  ]);
});

test("a script tag in a shadow root is not found: it throws after having set window.Plaid", async (t) => {
  const { host, newProfile } = await setUp(t);
  const page = await (await newProfile()).newPage();
  await page.goto(host.host.url);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.evaluate(async (src) => {
    const script = document.createElement("script");
    script.src = src;
    const shadowHost = document.createElement("div");
    document.body.append(shadowHost);
    const loaded = new Promise((resolve) => script.addEventListener("load", resolve));
    shadowHost.attachShadow({ mode: "open" }).append(script);
    await loaded;
  }, host.plaid.scriptUrl);
  assert.match(errors.join(), /Failed to find script/);
  assert.equal(await page.evaluate(() => typeof window.loadedPlaid().create), "function");
});

test("loaded twice, iframe ids repeat and one success message fires both handlers", async (t) => {
  const { host, page } = await setUp(t);
  await host.create(page);
  await host.loadScript(page);
  await host.createAndOpen(page);
  assert.deepEqual((await overlay(page)).frames, ["plaid-link-iframe-1", "plaid-link-iframe-1"]);
  const shown = await page.$$("iframe");
  const frame = await shown[1]?.contentFrame();
  assert.ok(frame);
  await new LinkPicker(frame).linkAccount();
  await waitUntilTold(page, "onSuccess");
  assert.equal((await told(page, "onSuccess")).length, 2);
});

test("an unknown key for create warns", async (t) => {
  const { host, page } = await setUp(t);
  const warnings: string[] = [];
  page.on("console", (message) => message.type() === "warn" && warnings.push(message.text()));
  await host.create(page);
  assert.deepEqual(warnings, []);
  await host.create(page, { received_redirect_uri: "http://localhost/" });
  assert.match(warnings.join(), /received_redirect_uri/);
});

test("a null token throws", async (t) => {
  const { host, page } = await setUp(t);
  await assert.rejects(host.create(page, { token: null }), /Missing Link parameter/);
});

test("a missing onSuccess throws", async (t) => {
  const { page } = await setUp(t);
  await assert.rejects(
    page.evaluate(() => window.loadedPlaid().create({ token: "link-sandbox-1" })),
    /Missing Link parameter/,
  );
});

test("create() at once appends a hidden iframe to the body and starts loading", async (t) => {
  const { host, page } = await setUp(t);
  await host.create(page);
  assert.deepEqual(await overlay(page), { frames: ["plaid-link-iframe-1"], shown: false, bodyOverflow: "" });
  assert.equal(await page.$eval("iframe", ({ parentElement }) => parentElement?.tagName), "BODY");
  await waitUntilTold(page, "onLoad");
});

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
  await page.evaluate(() => {
    window.handler.destroy();
    window.postMessage({ action: "plaid_link-plaid-link-iframe-1::exit", error: null, metadata: {} });
  });
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

test("on a small screen it overwrites the html id, hides the body's children, scrolls up, and undoes it", async (t) => {
  const { host, page } = await setUp(t);
  await page.setViewport({ width: 390, height: 800 });
  await page.evaluate(() => {
    document.documentElement.id = "ours";
    window.scrollTo(0, 500);
  });
  const look = () =>
    page.evaluate(() => ({
      id: document.documentElement.id,
      button: document.getElementById("start")?.checkVisibility(),
      scrolled: window.scrollY > 0,
    }));
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  assert.deepEqual(await look(), { id: "plaid-link-open", button: false, scrolled: false });
  await picker.click("link-close");
  await waitUntilTold(page, "onExit");
  assert.deepEqual(await look(), { id: "ours", button: true, scrolled: false });
});

test("its message listener checks no origin: any frame can forge a success", async (t) => {
  const { host, page } = await setUp(t);
  await host.create(page);
  await page.evaluate(() => {
    const forger = document.createElement("iframe");
    forger.srcdoc = `<script>parent.postMessage({
      action: "plaid_link-plaid-link-iframe-1::connected", public_token: "forged", metadata: {} }, "*")</script>`;
    document.body.append(forger);
  });
  assert.equal((await waitUntilTold(page, "onSuccess")).first, "forged");
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

test("moved to another place right after create(), the iframe loads anew and works", async (t) => {
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
});
