/** Messages forged in Link's name. Plaid's script checks neither their source nor their origin; the element does. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { BrowserContext, Frame, Page } from "puppeteer-core";
import { listen, type Server, webApp } from "../simulators/server.ts";
import { withDemo } from "./demo-page.ts";
import { ELEMENT, putHostPage, visitHostPage } from "./host-page.ts";
import { LinkPicker } from "./link-picker.ts";

const open = withDemo();
let stranger: Server;

before(async () => {
  const app = webApp();
  app.get("/outer", (c) => c.html('<!doctype html><title>Outer</title><iframe src="/inner"></iframe>'));
  app.get("*", (c) => c.html("<!doctype html><title>A stranger's page</title>"));
  stranger = await listen(app, 0, "127.0.0.1");
});
after(() => stranger.close());

/** A page with a `<bank-link>`, and a window that has a reference to it. */
interface Attack {
  victim: Page;
  /** Posts these messages to the victim's window. */
  forge(messages: string[]): Promise<void>;
}

type SignedIn = Awaited<ReturnType<typeof open.customer>>;

/** In the customer's page, a frame of the stranger's. */
async function inFrame({ page }: SignedIn, path: string, isAttacker: (frame: Frame) => boolean) {
  await visitHostPage(open.demo, page, {
    body: `${ELEMENT}<iframe title="An advertisement" src="${stranger.url}${path}"></iframe>`,
  });
  return page.waitForFrame(isAttacker);
}

const fromFrame = (victim: Page, frame: Frame): Attack => ({
  victim,
  forge: (messages) =>
    frame.evaluate((data) => {
      for (const message of data) window.top?.postMessage(message, "*");
    }, messages),
});

/** The stranger's page, which opens the customer's in a window of its own. */
async function fromOpener(context: BrowserContext, url: string): Promise<Attack> {
  const opener = await context.newPage();
  await opener.goto(stranger.url);
  const already = await context.pages();
  await opener.evaluate((href) => {
    Object.assign(window, { victim: window.open(href) });
  }, url);
  const victim = await newPageOf(context, already);
  await victim.waitForFunction(() => customElements.get("bank-link") !== undefined);
  return {
    victim,
    forge: (messages) =>
      opener.evaluate((data) => {
        const { victim } = window as unknown as { victim: Window };
        for (const message of data) victim.postMessage(message, "*");
      }, messages),
  };
}

/** By comparison: not every driver names the opener of a window. */
async function newPageOf(context: BrowserContext, already: readonly Page[]): Promise<Page> {
  for (let tries = 0; tries < 100; tries++) {
    const opened = (await context.pages()).find((page) => !already.includes(page));
    if (opened) return opened;
    await delay(50);
  }
  throw new Error("no window was opened");
}

const attacks: Record<string, (customer: SignedIn) => Promise<Attack>> = {
  async "the page's own window"({ page }) {
    await visitHostPage(open.demo, page, { body: ELEMENT });
    return fromFrame(page, page.mainFrame());
  },
  async "the window that opened the page"({ page }) {
    return fromOpener(page.browserContext(), putHostPage(open.demo, { body: ELEMENT }));
  },
  async "another site's frame"(customer) {
    const frame = await inFrame(customer, "/frame", (candidate) => candidate.url().endsWith("/frame"));
    return fromFrame(customer.page, frame);
  },
  async "a frame inside another site's frame"(customer) {
    const frame = await inFrame(customer, "/outer", (candidate) => candidate.url().endsWith("/inner"));
    return fromFrame(customer.page, frame);
  },
  async "another site's frame that has moved to Plaid's origin"(customer) {
    const frame = await inFrame(customer, "/frame", (candidate) => candidate.url().endsWith("/frame"));
    await frame.goto(`${open.demo.plaid.url}/bank.css`);
    return fromFrame(customer.page, frame);
  },
};

const CONNECTED = {
  metadata: {
    public_token: "public-sandbox-forged",
    institution: { institution_id: "ins_109508", name: "A stranger's bank" },
    accounts: [{ id: "forged", name: "A stranger's account" }],
    link_session_id: "forged",
  },
};
const EXIT = { error: { error_code: "FORGED", display_message: "Please call 555-0100" }, metadata: {} };

/** For the first handlers of the page, written as the script would still read them. */
function forged(verb: string, detail: object): string[] {
  return [1, 2, 3].flatMap((id) => {
    const message = JSON.stringify({ action: `plaid_link-${id}::${verb}`, ...detail });
    return [
      message.replace("action", "\\u0061ction").replace("plaid_link", "\\u0070laid_link"),
      `\n ${message}`,
    ];
  });
}

const press = (page: Page) => page.locator("bank-link >>> [part~=button]").click();

const look = (page: Page) =>
  page.$eval("bank-link", (element) => ({
    status: element.status,
    text: element.shadowRoot?.querySelector("[part~=status]")?.textContent?.trim(),
  }));

async function untilLinked(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector("bank-link")?.status === "linked");
}

/** Long enough for messages to be delivered, and for their outcome. */
const quietMoment = () => new Promise((resolve) => setTimeout(resolve, 300));

for (const [name, prepare] of Object.entries(attacks)) {
  describe(`a message of ${name}`, () => {
    for (const [verb, detail] of Object.entries({ connected: CONNECTED, exit: EXIT })) {
      test(`${verb} does nothing, and the customer links`, async () => {
        const customer = await open.customer();
        const { victim, forge } = await prepare(customer);
        await press(victim);
        const picker = await LinkPicker.open(victim);
        await forge(forged(verb, detail));
        await quietMoment();
        assert.deepEqual(await look(victim), { status: "open", text: "" });
        await picker.linkAccount();
        await untilLinked(victim);
        assert.equal(customer.accounts().length, 1);
      });
    }
  });
}

test("a return page that another site opened, with a link that was left open, takes no forged success", async () => {
  const customer = await open.customer();
  await customer.click();
  await LinkPicker.open(customer.page);
  const url = `${open.demo.url}/?oauth_state_id=forged`;
  const { victim, forge } = await fromOpener(customer.page.browserContext(), url);
  await victim.waitForFunction(() => document.querySelector("bank-link")?.status === "open");
  await forge(forged("connected", CONNECTED));
  await quietMoment();
  assert.notEqual((await look(victim)).status, "finalizing");
  assert.notEqual((await look(victim)).status, "failed");
  assert.deepEqual(customer.accounts(), []);
});

test("other messages reach the page, whoever sends them", async () => {
  const customer = await open.customer();
  const { page } = customer;
  const frame = await inFrame(customer, "/frame", (candidate) => candidate.url().endsWith("/frame"));
  await press(page);
  await LinkPicker.open(page);
  const others = ["plaid_link", '{"action":"resize"}', "null", "{", 7, null, { action: "plaid" }, ["a"]];
  const heard = await page.evaluateHandle(() => {
    const list: unknown[] = [];
    window.addEventListener("message", ({ data }) => list.push(data));
    return list;
  });
  await frame.evaluate((data) => {
    for (const message of data) window.top?.postMessage(message, "*");
  }, others);
  await quietMoment();
  assert.deepEqual(await heard.jsonValue(), others);
});

test("a Link that the page itself opens beside the element links", async () => {
  const customer = await open.customer();
  const { page } = customer;
  await visitHostPage(open.demo, page, { body: ELEMENT });
  await press(page);
  await (await LinkPicker.open(page)).linkAccount();
  await untilLinked(page);
  await page.waitForFunction(() => document.querySelectorAll("iframe").length === 0);
  const { linkToken } = open.demo.plaid.backend.createLinkToken({
    customerId: "c1",
    redirectUri: `${open.demo.url}/`,
  });
  const token = page.evaluate(
    (given) =>
      new Promise((resolve) => {
        const plaid = window.Plaid;
        const ignore = () => {};
        const handler = plaid?.create({
          token: given,
          onSuccess: resolve,
          onLoad: () => handler?.open(),
          onExit: ignore,
          onEvent: ignore,
        });
      }),
    linkToken,
  );
  await (await LinkPicker.open(page)).linkAccount();
  assert.match(String(await token), /^public-sandbox-/);
});
