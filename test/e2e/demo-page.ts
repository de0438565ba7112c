/** The demo in a real browser, as a customer uses it; one demo and one browser per test file. */
import { after, afterEach, before } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import type { Account, ProviderName } from "../../worker/contract.ts";
import type { Customer } from "../demo/host/index.ts";
import { type Demo, startDemo } from "../demo/start.ts";
import { type Engine, launch, wantedEngines } from "../engines.ts";
import { defaultCybridSettings } from "../simulators/cybrid/index.ts";
import { defaultScenario } from "../simulators/plaid/scenario.ts";

export interface DemoBrowser {
  demo: Demo;
  engine: Engine;
  browser: Browser;
  /** A customer of this test alone, signed in with a fresh profile. */
  customer(provider?: ProviderName, own?: Browser): Promise<DemoPage>;
  /** Between tests: the stand-ins with their defaults, and no page open. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface ElementEvent {
  type: string;
  detail: Record<string, unknown>;
}

export async function openDemo(vars: Record<string, string> = {}): Promise<DemoBrowser> {
  await using started = new AsyncDisposableStack();
  const demo = await startDemo({ vars });
  started.defer(demo.close);
  const [engine = "chromium"] = wantedEngines;
  const browser = await launch(engine);
  started.defer(() => browser.close());
  const running = started.move();
  return {
    demo,
    engine,
    browser,
    async customer(provider = "cybrid", own = browser) {
      return DemoPage.signIn(demo, own, addCustomer(demo, provider));
    },
    async reset() {
      resetStandIns(demo);
      for (const context of browser.browserContexts()) {
        if (context !== browser.defaultBrowserContext()) await context.close();
      }
    },
    close: () => running.disposeAsync(),
  };
}

/** Call once at the top of a test file: its demo, from its first test to its last. */
export function withDemo(): DemoBrowser {
  const open = {} as DemoBrowser;
  before(async () => void Object.assign(open, await openDemo()));
  after(() => open.close());
  afterEach(() => open.reset());
  return open;
}

/** Adds a customer whom the demo's page then offers to sign in. */
export function addCustomer(demo: Demo, provider: ProviderName): Customer {
  const label = `Customer ${demo.customers.length + 1}`;
  const customerId = provider === "cybrid" ? demo.cybrid.addCustomer({ type: "individual" }) : label;
  const customer = { label, provider, customerId: customerId.replace(" ", "-") };
  demo.customers.push(customer);
  return customer;
}

export function resetStandIns({ cybrid, lynx, plaid }: Demo): void {
  cybrid.faults.clear();
  lynx.faults.clear();
  const { clientId, clientSecret, ...settings } = defaultCybridSettings();
  Object.assign(cybrid.settings, settings);
  Object.assign(plaid.settings, defaultScenario());
  plaid.backend.settings.singleUsePublicTokens = true;
}

/** What the provider really holds of this customer. */
export function accountsOf(demo: Demo, { provider, customerId }: Customer): { id: string; status: string }[] {
  if (provider === "lynx") {
    return demo.lynx.accounts(customerId).map(({ id }) => ({ id, status: "active" }));
  }
  return demo.cybrid.accounts(customerId).map(({ guid, state }) => ({ id: guid, status: state }));
}

export class DemoPage {
  readonly page: Page;
  readonly #demo: Demo;
  readonly #customer: Customer;

  private constructor(page: Page, demo: Demo, customer: Customer) {
    this.page = page;
    this.#demo = demo;
    this.#customer = customer;
  }

  /** In a fresh profile: no cookie, no storage. */
  static async signIn(demo: Demo, browser: Browser, customer: Customer): Promise<DemoPage> {
    const context = await browser.createBrowserContext();
    const own = new DemoPage(await context.newPage(), demo, customer);
    await own.goto(`/?provider=${customer.provider}`);
    await Promise.all([
      own.page.waitForNavigation(),
      own.page.locator(`button[value="${customer.label}"]`).click(),
    ]);
    await own.#settle();
    return own;
  }

  /** The same customer in a fresh profile, as after an app-to-app return. */
  inFreshProfile(): Promise<DemoPage> {
    return DemoPage.signIn(this.#demo, this.page.browser(), this.#customer);
  }

  /** The same profile, another tab. */
  async inAnotherTab(): Promise<DemoPage> {
    const tab = new DemoPage(await this.page.browserContext().newPage(), this.#demo, this.#customer);
    await tab.goto("/");
    return tab;
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(this.#demo.url + path);
    await this.#settle();
  }

  async #settle(): Promise<void> {
    await this.page.waitForFunction(() => customElements.get("bank-link") !== undefined);
  }

  async click(selector = "bank-link"): Promise<void> {
    await this.page.locator(`${selector} >>> [part~=button]`).click();
  }

  /** What the customer reads. */
  async message(selector = "bank-link"): Promise<string> {
    return this.page.$eval(
      selector,
      (element) => element.shadowRoot?.querySelector("[part~=message]")?.textContent?.trim() ?? "",
    );
  }

  async status(selector = "bank-link"): Promise<string> {
    return this.page.$eval(selector, (element) => (element as unknown as { status: string }).status);
  }

  async untilStatus(status: string, selector = "bank-link"): Promise<void> {
    await this.page.waitForFunction(
      (wanted, where) => (document.querySelector(where) as unknown as { status: string })?.status === wanted,
      { timeout: 25_000 },
      status,
      selector,
    );
  }

  /** The events since this page was loaded, oldest first. */
  async events(type?: string): Promise<ElementEvent[]> {
    const events = await this.page.$$eval("#log [data-event]", (entries) =>
      entries.map((entry) => ({
        type: (entry as HTMLElement).dataset.event ?? "",
        detail: JSON.parse(entry.querySelector("code")?.textContent ?? "null"),
      })),
    );
    // The log lists webhooks too, which are returned only by their type.
    const matches = (event: ElementEvent) =>
      type === undefined ? event.type.startsWith("bank-link-") : event.type === type;
    return events.reverse().filter(matches);
  }

  /** Everything that the browser stores for this site. */
  async storage(): Promise<string> {
    const kept = await this.page.evaluate(() =>
      JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie]),
    );
    return kept + JSON.stringify(await this.page.browserContext().cookies());
  }

  /** What the provider really holds of this customer. */
  accounts(): { id: string; status: string }[] {
    return accountsOf(this.#demo, this.#customer);
  }

  async success(): Promise<Account> {
    const [event, ...more] = await this.events("bank-link-success");
    if (!event || more.length > 0) throw new Error(`${more.length + (event ? 1 : 0)} success events`);
    return event.detail.account as Account;
  }
}
