/** The demo in WebKit, as a customer uses it. WebKit's driver supports only classic WebDriver, which puppeteer does not. */
import { after, afterEach, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import WebDriver, { type Client } from "webdriver";
import type { Account, ProviderName } from "../../../worker/contract.ts";
import type { Customer } from "../../demo/host/index.ts";
import { type Demo, startDemo } from "../../demo/start.ts";
import { startWebKitDriver } from "../../engines.ts";
import { accountsOf, addCustomer, type ElementEvent, resetStandIns } from "../demo-page.ts";
import { type HostPage, putHostPage } from "../host-page.ts";
import { Picker, testId } from "../link-picker.ts";

/** From the WebDriver standard: the key of an element's id. */
const ELEMENT_KEY = "element-6066-11e4-a52e-4f735466cecf";
const PATIENCE_MS = 25_000;
/** Occasionally the driver misses that a page has loaded, and would wait forever. */
const PAGE_LOAD_MS = 10_000;
const SESSION_TRIES = 3;
/** Above what any one command takes, a page load included. */
const ANSWER_MS = 15_000;

// The package warns about commands of the standard, for the sake of another package that builds on it.
process.env.DISABLE_WEBDRIVERIO_DEPRECATION_WARNINGS = "true";

export const KEY = { tab: "\uE004", enter: "\uE007", escape: "\uE00C" };

interface WebKitDemo {
  demo: Demo;
  /** A customer of this test alone, in a browser of their own with `env`: the driver runs one at a time. */
  customer(provider?: ProviderName, env?: Record<string, string>): Promise<WebKitPage>;
  /** Whether the driver of the current customer still answers. */
  answers(): Promise<boolean>;
  /** Between tests: the stand-ins with their defaults, and no browser. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

async function openWebKitDemo(): Promise<WebKitDemo> {
  const demo = await startDemo();
  let session: Session | undefined;
  const end = async () => {
    await session?.end();
    session = undefined;
  };
  return {
    demo,
    async customer(provider = "cybrid", env = {}) {
      await end();
      session = await newSession(env);
      const customer = new WebKitPage(session.client, demo, addCustomer(demo, provider));
      await customer.signIn();
      return customer;
    },
    answers: async () => (await session?.answers()) ?? true,
    async reset() {
      resetStandIns(demo);
      await end();
    },
    async close() {
      await end();
      await demo.close();
    },
  };
}

/** The demo of a test file, and its `test` function. */
export function webKitDemo() {
  const open = {} as WebKitDemo;
  before(async () => void Object.assign(open, await openWebKitDemo()));
  after(() => open.close());
  afterEach(() => open.reset());

  /**
   * A test whose driver has stopped answering, which happens occasionally, is repeated with another one: the element
   * is not at fault. A failure while the driver answers counts.
   */
  function driven(title: string, run: () => Promise<void>): void {
    test(title, async () => {
      try {
        await run();
      } catch (cause) {
        if (await open.answers()) throw cause;
        await open.reset();
        await run();
      }
    });
  }

  return { open, driven };
}

interface Session {
  client: Client;
  answers(): Promise<boolean>;
  end(): Promise<void>;
}

/** Each with a driver of its own: occasionally a driver never answers, and cannot be reused. */
async function newSession(env: Record<string, string>): Promise<Session> {
  for (let triesLeft = SESSION_TRIES; ; triesLeft--) {
    const { options, stop } = await startWebKitDriver(env);
    try {
      const client = await WebDriver.newSession({
        ...options,
        logLevel: "silent",
        connectionRetryTimeout: ANSWER_MS,
        connectionRetryCount: 0,
      });
      await client.setTimeouts(undefined, PAGE_LOAD_MS);
      const answers = () =>
        client.getUrl().then(
          () => true,
          () => false,
        );
      // A driver that does not answer is stopped too.
      const end = async () => {
        if (await answers()) await client.deleteSession();
        stop();
      };
      return { client, answers, end };
    } catch (cause) {
      stop();
      if (triesLeft === 1) throw cause;
    }
  }
}

export class WebKitPage {
  readonly driver: Client;
  /** Link, wherever on the page it is. */
  readonly link: Picker;
  readonly #demo: Demo;
  readonly #customer: Customer;

  constructor(driver: Client, demo: Demo, customer: Customer) {
    this.driver = driver;
    this.link = new WebKitPicker(this);
    this.#demo = demo;
    this.#customer = customer;
  }

  async signIn(): Promise<void> {
    await this.#load(() => this.driver.navigateTo(`${this.#demo.url}/?provider=${this.#customer.provider}`));
    const button = `button[value="${this.#customer.label}"]`;
    await this.click(button);
    // The driver may still be in the old page.
    await this.until((own) => document.querySelector(own) !== null, `${button}[aria-current]`);
    await this.#settle();
  }

  goto(path: string): Promise<void> {
    return this.#load(() => this.driver.navigateTo(this.#demo.url + path));
  }

  visitHostPage(own: HostPage): Promise<void> {
    return this.#load(() => this.driver.navigateTo(putHostPage(this.#demo, own)));
  }

  reload(): Promise<void> {
    return this.#load(() => this.driver.refresh());
  }

  async #load(go: () => Promise<void>): Promise<void> {
    await retry(() => go().then(() => true));
    await this.#settle();
  }

  /** The size of the viewport: the window is larger by its frame. */
  async resize(width: number, height: number): Promise<void> {
    const [wide, high] = await this.evaluate(
      () => [outerWidth - innerWidth, outerHeight - innerHeight] as const,
    );
    await this.driver.setWindowRect(null, null, width + wide, height + high);
    await this.until((size) => `${innerWidth} × ${innerHeight}` === size, `${width} × ${height}`);
  }

  #settle(): Promise<void> {
    return this.until(
      () => customElements.get("bank-link") !== undefined && document.readyState === "complete",
    );
  }

  async evaluate<Args extends string[], Result>(
    inPage: (...args: Args) => Result,
    ...args: Args
  ): Promise<Awaited<Result>> {
    return (await this.driver.executeScript(
      `return (${inPage}).apply(null, arguments)`,
      args,
    )) as Awaited<Result>;
  }

  async until<Args extends string[]>(condition: (...args: Args) => boolean, ...args: Args): Promise<void> {
    await retry(() => this.evaluate(condition, ...args));
  }

  /** In the page itself, a shadow root included. */
  async click(selector: string): Promise<void> {
    await retry(async () => {
      const [host = "", inside] = selector.split(" >>> ");
      await this.driver.elementClick(await this.find(host, inside));
      return true;
    });
  }

  /** The element's own button. */
  async clickButton(selector = "bank-link"): Promise<void> {
    await this.click(`${selector} >>> [part~=button]`);
  }

  async find(selector: string, inShadow?: string): Promise<string> {
    const found = await this.driver.executeScript(
      `const found = document.querySelector(arguments[0]);
       return arguments[1] ? found?.shadowRoot.querySelector(arguments[1]) : found;`,
      [selector, inShadow],
    );
    const id = (found as Record<string, string> | null)?.[ELEMENT_KEY];
    if (!id) throw new Error(`no ${selector} ${inShadow ?? ""}`);
    return id;
  }

  /** Runs `act` with the driver in Link's frame. */
  async inLink<Result>(act: () => Promise<Result>): Promise<Result> {
    const frame = await this.find('iframe[src*="/link/v2/stable/link.html"]');
    await this.driver.switchToFrame({ [ELEMENT_KEY]: frame });
    try {
      return await act();
    } finally {
      await this.driver.switchToFrame(null);
    }
  }

  /** As from a keyboard, to whatever has the focus. */
  async press(key: string): Promise<void> {
    const actions = ["keyDown", "keyUp"].map((type) => ({ type, value: key }));
    await this.driver.performActions([{ type: "key", id: "keyboard", actions }]);
  }

  async type(text: string): Promise<void> {
    for (const key of text) await this.press(key);
  }

  async status(): Promise<string> {
    return this.evaluate(() => (document.querySelector("bank-link") as unknown as { status: string }).status);
  }

  async untilStatus(status: string, selector = "bank-link"): Promise<void> {
    await this.until(
      (wanted, where) => (document.querySelector(where) as unknown as { status: string })?.status === wanted,
      status,
      selector,
    );
  }

  /** The element's events since this page was loaded, oldest first. */
  async events(type: string): Promise<ElementEvent[]> {
    const events = await this.evaluate(
      (wanted) =>
        [...document.querySelectorAll<HTMLElement>(`#log [data-event="${wanted}"]`)].map((entry) => ({
          type: entry.dataset.event ?? "",
          detail: JSON.parse(entry.querySelector("code")?.textContent ?? "null"),
        })),
      type,
    );
    return events.reverse();
  }

  /** Nothing of Link is left, and the page scrolls again. */
  async untilWhole(): Promise<void> {
    await this.until(
      () => document.querySelectorAll("iframe").length === 0 && document.body.style.overflow === "",
    );
  }

  async success(): Promise<Account> {
    const [event, ...more] = await this.events("bank-link-success");
    if (!event || more.length > 0) throw new Error(`${more.length + (event ? 1 : 0)} success events`);
    return event.detail.account as Account;
  }

  accounts(): { id: string; status: string }[] {
    return accountsOf(this.#demo, this.#customer);
  }

  /** At the bank's own page, in place of the host's or in the window that the driver is in. */
  async allowAtBank(): Promise<void> {
    await this.click(testId("bank-allow"));
  }
}

class WebKitPicker extends Picker {
  readonly #page: WebKitPage;

  constructor(page: WebKitPage) {
    super();
    this.#page = page;
  }

  override click(control: string): Promise<void> {
    return this.#act(control, (id) => this.#page.driver.elementClick(id));
  }

  override type(control: string, text: string): Promise<void> {
    return this.#act(control, (id) => this.#page.driver.elementSendKeys(id, text));
  }

  /** As soon as Link shows it. */
  async #act(control: string, act: (id: string) => Promise<void>): Promise<void> {
    await retry(async () => {
      await this.#page.inLink(async () => act(await this.#page.find(testId(control))));
      return true;
    });
  }
}

/** Until the condition holds. An element that is missing, or being replaced, is an error of the driver's. */
export async function retry(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  let last: unknown = "timed out";
  while (Date.now() < deadline) {
    try {
      if (await condition()) return;
    } catch (cause) {
      last = cause;
    }
    await delay(50);
  }
  throw new Error("timed out", { cause: last });
}
