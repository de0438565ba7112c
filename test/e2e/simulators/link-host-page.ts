/** A bare page that uses Plaid Link directly, and records every callback. */
import type { Browser, Device, Page } from "puppeteer-core";
import { PlaidBackend } from "../../simulators/plaid/backend.ts";
import { type PlaidStandIn, startPlaid } from "../../simulators/plaid/index.ts";
import { listen, type Server, webApp } from "../../simulators/server.ts";

export interface Told {
  callback: "onLoad" | "onEvent" | "onSuccess" | "onExit";
  /** `onEvent`'s name, `onSuccess`'s token, `onExit`'s error. */
  first?: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever Link put there
  metadata?: any;
}

interface LinkHandler {
  open(): void;
  exit(options?: { force: boolean } | string): void;
  destroy(): void;
}

/** From Link's frame or anyone else, as Link's script reads it. */
export interface LinkMessage {
  action: string;
  [detail: string]: unknown;
}

declare global {
  interface Window {
    /** `window.Plaid`, whose own type belongs to the element. */
    loadedPlaid(): { create(config: Record<string, unknown>): LinkHandler };
    handler: LinkHandler;
    told: Told[];
    /** The data of every message that reached the page's window. */
    heard: unknown[];
    throwing?: boolean;
    makeHandler(config: Record<string, unknown>): LinkHandler;
  }
}

export class LinkHostPage {
  readonly plaid: PlaidStandIn;
  readonly host: Server;

  private constructor(plaid: PlaidStandIn, host: Server) {
    this.plaid = plaid;
    this.host = host;
  }

  static async start(): Promise<LinkHostPage> {
    const plaid = await startPlaid({ backend: new PlaidBackend() });
    const app = webApp();
    app.get("/isolated", (c) => c.html(PAGE, 200, { "Cross-Origin-Opener-Policy": "same-origin" }));
    app.get("*", (c) => c.html(PAGE));
    return new LinkHostPage(plaid, await listen(app));
  }

  get backend(): PlaidBackend {
    return this.plaid.backend;
  }

  async close(): Promise<void> {
    await Promise.all([this.plaid.close(), this.host.close()]);
  }

  get redirectUri(): string {
    return `${this.host.url}/return`;
  }

  linkToken(extra: { updateItemId?: string } = {}): string {
    return this.backend.createLinkToken({ customerId: "c1", redirectUri: this.redirectUri, ...extra })
      .linkToken;
  }

  /** A page with Link's script loaded. */
  async visit(browser: Pick<Browser, "newPage">, path = "/", device?: Device): Promise<Page> {
    const page = await browser.newPage();
    if (device) await page.emulate(device);
    await page.goto(`${this.host.url}${path}`);
    await this.loadScript(page);
    return page;
  }

  async loadScript(page: Page): Promise<void> {
    await page.addScriptTag({ url: this.plaid.scriptUrl });
  }

  /** `Plaid.create` with callbacks that record their arguments. */
  async create(page: Page, config: Record<string, unknown> = {}): Promise<void> {
    const token = "token" in config ? config.token : this.linkToken();
    await page.evaluate(
      (given) => {
        window.handler = window.makeHandler(given);
      },
      { ...config, token },
    );
  }

  async createAndOpen(page: Page, config: Record<string, unknown> = {}): Promise<void> {
    await this.create(page, config);
    await page.evaluate(() => window.handler.open());
  }
}

/** The state of the page while Link is, or should no longer be, in front of it. */
export function overlay(page: Page): Promise<{ frames: string[]; shown: boolean; bodyOverflow: string }> {
  return page.evaluate(() => {
    const frames = [...document.querySelectorAll("iframe[title='Plaid Link']")];
    return {
      frames: frames.map(({ id }) => id),
      shown: frames.some((frame) => frame.checkVisibility()),
      bodyOverflow: document.body.style.overflow,
    };
  });
}

/** What `document.activeElement` is: its id, or its tag where it has none. */
export function focused(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName);
}

/** From now on, as if the page had been sent with this policy. */
export async function restrict(page: Page, policy: string): Promise<void> {
  await page.evaluate((content) => {
    const meta = document.createElement("meta");
    meta.httpEquiv = "Content-Security-Policy";
    meta.content = content;
    document.head.append(meta);
  }, policy);
}

export function linkMessage(id: number, verb: string, detail: Record<string, unknown> = {}): string {
  const message: LinkMessage = { action: `plaid_link-${id}::${verb}`, ...detail };
  return JSON.stringify(message);
}

/** As Link's frame posts it. */
export async function postToPage(page: Page, message: string): Promise<void> {
  await page.evaluate((data) => window.postMessage(data), message);
}

/** Long enough for any pending message to be delivered. */
export function quietMoment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 150));
}

export function told(page: Page, callback?: Told["callback"]): Promise<Told[]> {
  return page.evaluate(
    (wanted) => window.told.filter((entry) => !wanted || entry.callback === wanted),
    callback,
  );
}

export async function waitUntilTold(page: Page, callback: Told["callback"]): Promise<Told> {
  await page.waitForFunction(
    (wanted) => window.told.some((entry) => entry.callback === wanted),
    { polling: 20 },
    callback,
  );
  const [entry] = await told(page, callback);
  if (!entry) throw new Error(`${callback} was not called`);
  return entry;
}

const PAGE = `<!doctype html>
<meta name="viewport" content="width=device-width">
<title>A page</title>
<body>
<button id="start">Link a bank</button>
<p style="height: 3000px">Long enough to scroll.</p>
<script>
  window.told = [];
  window.heard = [];
  addEventListener("message", ({ data }) => heard.push(data));
  window.loadedPlaid = () => window.Plaid;
  window.makeHandler = (config) => Plaid.create({
    onLoad: () => told.push({ callback: "onLoad" }),
    onEvent: (first, metadata) => told.push({ callback: "onEvent", first, metadata }),
    onSuccess: (first, metadata) => {
      told.push({ callback: "onSuccess", first, metadata });
      if (window.throwing) throw new Error("the host's own fault");
    },
    onExit: (first, metadata) => {
      told.push({ callback: "onExit", first, metadata });
      if (window.throwing) throw new Error("the host's own fault");
    },
    ...config,
  });
</script>`;
