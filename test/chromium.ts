/** The real Chromium of every test that needs one: `CHROME_PATH` when set, else the one that npm brought. */
import sparticuz from "@sparticuz/chromium";
import puppeteer, { type Browser } from "puppeteer-core";

// The packaged build is made for servers; left out of its own arguments is what changes how a page behaves:
// a single process, no site isolation, no web security.
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--disable-sync",
  "--mute-audio",
  "--no-first-run",
];

export async function launchChromium(options: { headless?: boolean } = {}): Promise<Browser> {
  return puppeteer.launch({
    executablePath: process.env.CHROME_PATH ?? (await sparticuz.executablePath()),
    args: ARGUMENTS,
    headless: options.headless ?? true,
    defaultViewport: { width: 1100, height: 800 },
  });
}
