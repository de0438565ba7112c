/** The Link stand-in towards the page, line by line: the script and create(). */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "puppeteer-core";
import { LinkPicker } from "../link-picker.ts";
import { overlay, restrict, told, waitUntilTold } from "./link-host-page.ts";
import { withChromium } from "./set-up.ts";

const setUp = withChromium();

/** The console's warnings from now on. */
function warningsOf(page: Page): string[] {
  const warnings: string[] = [];
  page.on("console", (message) => message.type() === "warn" && warnings.push(message.text()));
  return warnings;
}

test("it defines window.Plaid with create, createEmbedded, version and web3", async (t) => {
  const { page } = await setUp(t);
  assert.deepEqual(await page.evaluate(() => Object.keys(window.loadedPlaid())), [
    "create",
    "createEmbedded",
    "version",
    "web3",
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

test("a script tag whose address has a query string is not found either", async (t) => {
  const { host, newProfile } = await setUp(t);
  const page = await (await newProfile()).newPage();
  await page.goto(host.host.url);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.addScriptTag({ url: `${host.plaid.scriptUrl}?v=2` });
  assert.match(errors.join(), /Failed to find script/);
});

test("a second load warns", async (t) => {
  const { host, page } = await setUp(t);
  const warnings = warningsOf(page);
  await host.loadScript(page);
  assert.match(warnings.join(), /more than once/);
});

test("loaded twice, iframe ids repeat and one success message fires both handlers", async (t) => {
  const { host, page } = await setUp(t);
  await host.create(page);
  // Otherwise the first frame's ready may pass for the second's, and open() be sent too early.
  await waitUntilTold(page, "onLoad");
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
  const warnings = warningsOf(page);
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

test("the legacy key replaces the token, and neither it nor env warns", async (t) => {
  const { host, page } = await setUp(t);
  const warnings = warningsOf(page);
  await host.create(page, { token: null, key: "a public key", env: "sandbox" });
  assert.deepEqual(warnings, []);
  assert.deepEqual((await overlay(page)).frames, ["plaid-link-iframe-1"]);
});

test('env: "production" silences warnings and refusals', async (t) => {
  const { host, page } = await setUp(t);
  const warnings = warningsOf(page);
  await host.create(page, { env: "production", token: null, received_redirect_uri: "http://localhost/" });
  await page.evaluate(() => window.loadedPlaid().create({ env: "production" }));
  assert.deepEqual(warnings, []);
  assert.deepEqual((await overlay(page)).frames, ["plaid-link-iframe-1", "plaid-link-iframe-2"]);
});

test("create() at once appends a hidden iframe to the body and starts loading", async (t) => {
  const { host, page } = await setUp(t);
  await host.create(page);
  assert.deepEqual(await overlay(page), { frames: ["plaid-link-iframe-1"], shown: false, bodyOverflow: "" });
  assert.equal(await page.$eval("iframe", ({ parentElement }) => parentElement?.tagName), "BODY");
  await waitUntilTold(page, "onLoad");
});

test("the frame has allow, sandbox, width and height attributes, and no color-scheme", async (t) => {
  const { host, page } = await setUp(t);
  await host.create(page);
  const frame = await page.$eval("iframe", (iframe) => ({
    attributes: ["allow", "sandbox", "width", "height"].filter((name) => iframe.getAttribute(name)),
    colorScheme: iframe.style.colorScheme,
  }));
  assert.deepEqual(frame, { attributes: ["allow", "sandbox", "width", "height"], colorScheme: "" });
});

test("create() tests the browser with a div and a style sheet, which a strict policy reports once", async (t) => {
  const { host, page } = await setUp(t);
  await restrict(page, "style-src-elem 'self'");
  const seen = await page.evaluate(async (token) => {
    const reports: string[] = [];
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) =>
      reports.push(effectiveDirective),
    );
    const added: string[] = [];
    const observer = new MutationObserver((records) => {
      for (const { addedNodes } of records) added.push(...[...addedNodes].map(({ nodeName }) => nodeName));
    });
    observer.observe(document, { childList: true, subtree: true });
    window.makeHandler({ token });
    await new Promise((resolve) => setTimeout(resolve, 150));
    return { reports, added };
  }, host.linkToken());
  assert.deepEqual(seen, { reports: ["style-src-elem"], added: ["DIV", "IFRAME"] });
  assert.equal(await page.$("style"), null);
});

test("it needs no policy of its own where the page asks for trusted types", async (t) => {
  const { host, newProfile } = await setUp(t);
  const page = await (await newProfile()).newPage();
  await page.goto(host.host.url);
  await restrict(page, "require-trusted-types-for 'script'");
  await page.evaluate(async (src) => {
    // biome-ignore lint/suspicious/noExplicitAny: TypeScript's DOM does not know trusted types
    const policy = (window as any).trustedTypes.createPolicy("page", {
      createScriptURL: (url: string) => url,
    });
    const script = document.createElement("script");
    script.src = policy.createScriptURL(src);
    const loaded = new Promise((resolve) => script.addEventListener("load", resolve));
    document.head.append(script);
    await loaded;
  }, host.plaid.scriptUrl);
  await host.createAndOpen(page);
  await (await LinkPicker.open(page)).linkAccount();
  await waitUntilTold(page, "onSuccess");
});
