/** How each engine runs the browser layer. */
import { chromeLauncher } from "@web/test-runner-chrome";
import { webdriverLauncher } from "@web/test-runner-webdriver";
import { chromiumPath, firefoxPath, startWebKitDriver } from "../engines.ts";

/** @type {Record<string, () => Promise<import("@web/test-runner-core").BrowserLauncher>>} */
export const launchers = { chromium, firefox, webkit };

async function chromium() {
  return named(
    "Chromium",
    chromeLauncher({
      launchOptions: {
        executablePath: await chromiumPath(),
        args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
      },
    }),
  );
}

async function firefox() {
  return named(
    "Firefox",
    chromeLauncher({ launchOptions: { browser: "firefox", executablePath: firefoxPath() } }),
  );
}

async function webkit() {
  const { options } = await startWebKitDriver();
  return named("WebKit", webdriverLauncher(options));
}

/** All launchers call themselves after the tool that drives them. */
function named(name, launcher) {
  return Object.defineProperty(launcher, "name", { get: () => name, set: () => {} });
}
