/** The engines: Chromium from npm or CHROME_PATH; Firefox and WebKit where the machine has them. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import sparticuz from "@sparticuz/chromium";
import { chromeLauncher } from "@web/test-runner-chrome";
import { webdriverLauncher } from "@web/test-runner-webdriver";

/** @type {Record<string, () => Promise<import("@web/test-runner-core").BrowserLauncher>>} */
export const launchers = { chromium, firefox, webkit };

async function chromium() {
  return named(
    "Chromium",
    chromeLauncher({
      launchOptions: {
        executablePath: process.env.CHROME_PATH || (await sparticuz.executablePath()),
        args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
      },
    }),
  );
}

async function firefox() {
  const executablePath = installed(process.env.FIREFOX_PATH, "/usr/bin/firefox-esr", "/usr/bin/firefox");
  return named("Firefox", chromeLauncher({ launchOptions: { browser: "firefox", executablePath } }));
}

/** WebKitGTK by its own driver; needs a display, which xvfb-run gives. */
async function webkit() {
  const driver = installed(process.env.WEBKIT_DRIVER_PATH, "/usr/bin/WebKitWebDriver");
  const port = await freePort();
  const child = spawn(driver, [`--port=${port}`, "--host=127.0.0.1"], { stdio: "ignore" });
  process.once("exit", () => child.kill());
  await untilListening(port);
  return named(
    "WebKit",
    webdriverLauncher({
      logLevel: "error",
      hostname: "127.0.0.1",
      port,
      path: "/",
      capabilities: {
        browserName: "MiniBrowser",
        // The driver does not know the bidirectional protocol.
        "wdio:enforceWebDriverClassic": true,
        "webkitgtk:browserOptions": {
          binary: installed(
            process.env.MINIBROWSER_PATH,
            "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
            "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.0/MiniBrowser",
          ),
          args: ["--automation"],
        },
      },
    }),
  );
}

/** All launchers call themselves after the tool that drives them. */
function named(name, launcher) {
  return Object.defineProperty(launcher, "name", { get: () => name, set: () => {} });
}

/** What is asked for and not there is an error, not a skip. */
function installed(...paths) {
  const found = paths.find((path) => path && existsSync(path));
  if (!found) throw new Error(`none of these is installed: ${paths.filter(Boolean).join(", ")}`);
  return found;
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function untilListening(port) {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/status`).catch(() => null);
    if (answer) return;
    await delay(50);
  }
  throw new Error("WebKitWebDriver did not start");
}
