/** The Link stand-in towards the page, line by line: the messages between the script and its frame. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Frame, Page } from "puppeteer-core";
import { listen, webApp } from "../../simulators/server.ts";
import { LinkPicker } from "../link-picker.ts";
import {
  type LinkMessage,
  linkMessage,
  overlay,
  postToPage,
  quietMoment,
  told,
  waitUntilTold,
} from "./link-host-page.ts";
import { type SetUp, withChromium } from "./set-up.ts";

const setUp = withChromium();

interface Said extends LinkMessage {
  by: "script" | "frame";
}

/** Call before create(): the frame passes on what it hears, so that both sides come to one list in their order. */
async function listenInFrame(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    if (window.parent === window) return;
    window.addEventListener("message", ({ data }) => window.parent.postMessage({ heardByFrame: data }, "*"));
  });
}

/** Throws for whatever is no JSON string. */
async function said(page: Page): Promise<Said[]> {
  const heard = (await page.evaluate(() => window.heard)) as (string | { heardByFrame: string })[];
  return heard.map((data) =>
    typeof data === "string"
      ? { by: "frame", ...JSON.parse(data) }
      : { by: "script", ...JSON.parse(data.heardByFrame) },
  );
}

async function verbs(page: Page): Promise<string[]> {
  return (await said(page)).map(({ by, action }) => `${by}: ${action}`);
}

test("they are JSON strings: ready-for-configure, configure, ready, open; and the frame's id is a number", async (t) => {
  const { host, page } = await setUp(t);
  await listenInFrame(page);
  await host.createAndOpen(page);
  await LinkPicker.open(page);
  assert.deepEqual(await verbs(page), [
    "frame: plaid_link-1::ready-for-configure",
    "script: plaid_link-1::configure",
    "frame: plaid_link-1::ready",
    "script: plaid_link-1::open",
    "frame: plaid_link-1::event",
  ]);
});

test("frame ids count 1, 2, …, and a message reaches the handler of its number alone", async (t) => {
  const { host, page } = await setUp(t);
  for (let handlers = 0; handlers < 11; handlers++) await host.create(page);
  const { frames } = await overlay(page);
  assert.deepEqual(
    [frames[0], frames[1], frames[10]],
    ["plaid-link-iframe-1", "plaid-link-iframe-2", "plaid-link-iframe-11"],
  );
  await page.waitForFunction(() => window.told.filter(({ callback }) => callback === "onLoad").length === 11);
  await postToPage(page, linkMessage(11, "exit", { error: null, metadata: {} }));
  await quietMoment();
  assert.equal((await told(page, "onExit")).length, 1);
});

test("receivedRedirectUri travels in the configure message, not in the frame's address", async (t) => {
  const { host, page } = await setUp(t);
  await listenInFrame(page);
  await host.create(page, { receivedRedirectUri: `${host.redirectUri}?oauth_state_id=1` });
  await waitUntilTold(page, "onLoad");
  const configure = (await said(page)).find(({ action }) => action.endsWith("::configure"));
  assert.deepEqual(configure?.config, { receivedRedirectUri: `${host.redirectUri}?oauth_state_id=1` });
  assert.doesNotMatch(await page.$eval("iframe", ({ src }) => src), /oauth_state_id/);
});

test("the public token of a success is in its metadata only", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  await (await LinkPicker.open(page)).linkAccount();
  const { first } = await waitUntilTold(page, "onSuccess");
  const connected = (await said(page)).find(({ action }) => action.endsWith("::connected"));
  assert.ok(connected);
  const { by, action, metadata, ...more } = connected;
  assert.equal((metadata as { public_token: string }).public_token, first);
  assert.deepEqual(more, {});
});

test("open() twice sends two opens", async (t) => {
  const { host, page } = await setUp(t);
  await listenInFrame(page);
  await host.create(page);
  await waitUntilTold(page, "onLoad");
  await page.evaluate(() => {
    window.handler.open();
    window.handler.open();
  });
  await LinkPicker.open(page);
  await quietMoment();
  const opens = (await verbs(page)).filter((verb) => verb === "script: plaid_link-1::open");
  assert.equal(opens.length, 2);
});

test("exit() sends no config, exit({ force }) sends it nested in one", async (t) => {
  const { host, page } = await setUp(t);
  await listenInFrame(page);
  await host.createAndOpen(page);
  await LinkPicker.open(page);
  await page.evaluate(() => {
    window.handler.exit();
    window.handler.exit({ force: true });
  });
  await waitUntilTold(page, "onExit");
  const exits = (await said(page)).filter(({ by, action }) => by === "script" && action.endsWith("::exit"));
  assert.deepEqual(
    exits.map(({ config }) => config),
    [undefined, { force: true }],
  );
});

async function reloadFrame(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.told.length = 0;
    window.heard.length = 0;
    const frame = document.querySelector("iframe") as HTMLIFrameElement;
    frame.src = String(frame.src);
  });
  await waitUntilTold(page, "onLoad");
  await quietMoment();
}

test("a frame reloaded while open gets no second open if the first came after ready", async (t) => {
  const { host, page } = await setUp(t);
  await listenInFrame(page);
  await host.create(page);
  await waitUntilTold(page, "onLoad");
  await page.evaluate(() => window.handler.open());
  await LinkPicker.open(page);
  await reloadFrame(page);
  assert.deepEqual(await verbs(page), [
    "frame: plaid_link-1::ready-for-configure",
    "script: plaid_link-1::configure",
    "frame: plaid_link-1::ready",
  ]);
  assert.equal((await overlay(page)).shown, true);
});

test("a frame reloaded while open is opened again if the first open came before ready", async (t) => {
  const { host, page } = await setUp(t);
  await host.createAndOpen(page);
  await LinkPicker.open(page);
  await reloadFrame(page);
  await LinkPicker.open(page);
});

/** Where a window of another origin gets a handle of the page from, and what it posts there. */
const forgers: Record<string, (setUp: SetUp, elsewhere: string) => Promise<Forger>> = {
  async "the page's opener"({ host, newProfile }, elsewhere) {
    const opener = await (await newProfile()).newPage();
    await opener.goto(elsewhere);
    const opened = new Promise<Page | null>((resolve) => opener.once("popup", resolve));
    const victim = await opener.evaluateHandle((url) => window.open(url) as Window, host.host.url);
    const page = await opened;
    assert.ok(page);
    await page.waitForFunction(() => document.readyState === "complete");
    await host.loadScript(page);
    return {
      page,
      forge: (message) => victim.evaluate((target, data) => target.postMessage(data, "*"), message),
    };
  },
  async "a foreign frame"({ page }, elsewhere) {
    const frame = await addFrame(page.mainFrame(), elsewhere);
    return {
      page,
      forge: (message) => frame.evaluate((data) => window.parent.postMessage(data, "*"), message),
    };
  },
  async "a frame within a foreign frame"({ page }, elsewhere) {
    const frame = await addFrame(await addFrame(page.mainFrame(), elsewhere), elsewhere);
    return {
      page,
      forge: (message) => frame.evaluate((data) => window.top?.postMessage(data, "*"), message),
    };
  },
};

interface Forger {
  page: Page;
  forge(message: string): Promise<void>;
}

async function addFrame(parent: Frame, url: string): Promise<Frame> {
  await parent.evaluate((src) => {
    const frame = document.createElement("iframe");
    frame.src = src;
    document.body.append(frame);
  }, url);
  const element = await parent.waitForSelector(`iframe[src="${url}"]`);
  const frame = await element?.contentFrame();
  assert.ok(frame);
  await frame.waitForSelector("h1");
  return frame;
}

for (const [name, forgerFor] of Object.entries(forgers)) {
  test(`neither source nor origin is checked: ${name} can forge an exit and a success`, async (t) => {
    const elsewhere = await listen(webApp().get("/", (c) => c.html("<h1>Elsewhere</h1>")));
    t.after(elsewhere.close);
    const own = await setUp(t);
    const { host } = own;
    const { page, forge } = await forgerFor(own, elsewhere.url);
    await host.createAndOpen(page);
    await LinkPicker.open(page);

    const error = {
      error_type: "FORGED",
      error_code: "FORGED",
      display_message: "Call this number instead.",
    };
    await forge(linkMessage(1, "exit", { error, metadata: {} }));
    assert.deepEqual((await waitUntilTold(page, "onExit")).first, error);
    assert.equal((await overlay(page)).shown, false);

    await page.evaluate(() => window.handler.open());
    await forge(linkMessage(1, "connected", { metadata: { public_token: "forged" } }));
    assert.equal((await waitUntilTold(page, "onSuccess")).first, "forged");
    assert.equal((await overlay(page)).shown, false);
  });
}

test("a handler that was never opened believes a forged success too", async (t) => {
  const { host, page } = await setUp(t);
  await host.create(page);
  await postToPage(page, linkMessage(1, "connected", { metadata: { public_token: "forged" } }));
  assert.equal((await waitUntilTold(page, "onSuccess")).first, "forged");
});

test("a capturing listener registered before create() can stop a message", async (t) => {
  const { host, page } = await setUp(t);
  await page.evaluate(() => {
    const stop = (event: MessageEvent) => {
      if (event.source === window) event.stopImmediatePropagation();
    };
    window.addEventListener("message", stop, { capture: true });
  });
  await host.createAndOpen(page);
  const picker = await LinkPicker.open(page);
  await postToPage(page, linkMessage(1, "connected", { metadata: { public_token: "forged" } }));
  await quietMoment();
  assert.deepEqual(await told(page, "onSuccess"), []);
  await picker.linkAccount();
  assert.match(String((await waitUntilTold(page, "onSuccess")).first), /^public-sandbox-/);
});

test("what is no message of Link passes by", async (t) => {
  const { host, page } = await setUp(t);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await host.create(page);
  await page.evaluate(
    (parsed) => {
      for (const data of ["no JSON", "null", "1", '{"action":1}', parsed, null]) window.postMessage(data);
    },
    JSON.parse(linkMessage(1, "connected", { metadata: { public_token: "not a string" } })),
  );
  await quietMoment();
  assert.deepEqual([errors, await told(page, "onSuccess")], [[], []]);
});
