/** One Chromium for a file of tests; servers and a browser profile of its own for each test. */
import { after, before, type TestContext } from "node:test";
import type { Browser, BrowserContext, Device, Page } from "puppeteer-core";
import { launch } from "../../engines.ts";
import { LinkHostPage } from "./link-host-page.ts";

export interface SetUp {
  host: LinkHostPage;
  page: Page;
  /** A fresh profile: no cookie, no storage. */
  newProfile(): Promise<BrowserContext>;
}

/**
 * Call once at the top of a test file.
 * @param device what the page is visited with, left out a computer
 */
export function withChromium(device?: Device): (test: TestContext) => Promise<SetUp> {
  let browser: Browser;
  before(async () => {
    browser = await launch("chromium");
  });
  after(() => browser.close());

  return async (test) => {
    const started = new AsyncDisposableStack();
    test.after(() => started.disposeAsync());
    const host = await LinkHostPage.start();
    started.defer(() => host.close());
    const newProfile = async () => {
      const context = await browser.createBrowserContext();
      started.defer(() => context.close());
      return context;
    };
    return { host, page: await host.visit(await newProfile(), "/", device), newProfile };
  };
}
