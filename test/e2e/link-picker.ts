/** A person in front of Link's bank picker, for tests that drive a real browser. */
import type { Frame, Page } from "puppeteer-core";

export const FIRST_PLATYPUS = "ins_109508";
export const PLATYPUS_OAUTH = "ins_127287";

/** Independent of how the browser is driven. */
export abstract class Picker {
  abstract click(control: string): Promise<void>;
  abstract type(control: string, text: string): Promise<void>;

  async chooseBank(institutionId: string = FIRST_PLATYPUS): Promise<void> {
    await this.click("link-continue");
    await this.click(`link-institution-${institutionId}`);
  }

  /** From the first screen to the bank's own page. */
  async leaveForBank(institutionId: string): Promise<void> {
    await this.chooseBank(institutionId);
    await this.click("link-oauth");
  }

  async signIn(password = "pass_good", username = "user_good"): Promise<void> {
    await this.type("link-username", username);
    await this.type("link-password", password);
    await this.click("link-sign-in");
  }

  /** By its index in the bank's list; left out, the one that Link preselects. */
  async chooseAccount(index?: number): Promise<void> {
    if (index !== undefined) await this.click(`link-account-${index}`);
    await this.click("link-select-account");
  }

  async done(): Promise<void> {
    await this.click("link-done");
  }

  /** From the first screen to success at a bank without OAuth. */
  async linkAccount(institutionId: string = FIRST_PLATYPUS): Promise<void> {
    await this.chooseBank(institutionId);
    await this.signIn();
    await this.chooseAccount();
    await this.done();
  }
}

export class LinkPicker extends Picker {
  readonly frame: Frame;

  constructor(frame: Frame) {
    super();
    this.frame = frame;
  }

  /** Waits until Link is on the page and shows the screen with `control`. */
  static async open(page: Page, control = "link-continue"): Promise<LinkPicker> {
    for (;;) {
      const frame = await page.waitForFrame((candidate) =>
        candidate.url().includes("/link/v2/stable/link.html"),
      );
      try {
        await frame.waitForSelector(testId(control), { visible: true });
        return new LinkPicker(frame);
      } catch (cause) {
        // The frame belonged to a Link that has just been closed: wait for the next one.
        if (!frame.detached) throw cause;
      }
    }
  }

  override async click(control: string): Promise<void> {
    await this.frame.locator(testId(control)).click();
  }

  override async type(control: string, text: string): Promise<void> {
    await this.frame.locator(testId(control)).fill(text);
  }

  async shows(control: string): Promise<void> {
    await this.frame.waitForSelector(testId(control), { visible: true });
  }

  async errorCode(): Promise<string> {
    await this.shows("link-error-code");
    return this.frame.$eval(testId("link-error-code"), (element) => element.textContent);
  }
}

/** The bank's own page, in a pop-up or in place of the host's page. */
export async function answerAtBank(page: Page, decision: "allow" | "deny" = "allow"): Promise<void> {
  await page.locator(testId(`bank-${decision}`)).click();
}

/** The window that `act` opens. */
export async function popupOf(page: Page, act: () => Promise<void>): Promise<Page> {
  const opened = page.browserContext().waitForTarget((target) => target.url().includes("/oauth/authorize"));
  await act();
  const popup = await (await opened).page();
  if (!popup) throw new Error("the bank's window is not a page");
  return popup;
}

export function testId(control: string): string {
  return `[data-testid="${control}"]`;
}
