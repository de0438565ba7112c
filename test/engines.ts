/** The browser engines of the tests: Chromium from npm or CHROME_PATH; Firefox and WebKit where they are installed. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import sparticuz from "@sparticuz/chromium";
import puppeteer, { type Browser } from "puppeteer-core";
import { freePort } from "./simulators/ports.ts";

export type Engine = "chromium" | "firefox" | "webkit";

/** Chosen by BROWSERS=chromium,firefox,webkit. */
export const wantedEngines = (process.env.BROWSERS || "chromium").split(",") as Engine[];

// The packaged build is meant for servers; of its own arguments, those that change how a page behaves are left out:
// a single process, no site isolation, no web security.
const CHROMIUM_ARGUMENTS = [
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

const VIEWPORT = { width: 1100, height: 800 };

/** `preferences` are Firefox's: it reads at its start what Chromium emulates by its protocol. */
export async function launch(
  engine: Engine,
  { preferences = {} }: { preferences?: Record<string, unknown> } = {},
): Promise<Browser> {
  if (engine === "chromium") {
    return puppeteer.launch({
      executablePath: await chromiumPath(),
      args: CHROMIUM_ARGUMENTS,
      defaultViewport: VIEWPORT,
    });
  }
  if (engine === "firefox") {
    return puppeteer.launch({
      browser: "firefox",
      executablePath: firefoxPath(),
      extraPrefsFirefox: preferences,
      defaultViewport: VIEWPORT,
    });
  }
  throw new Error(`puppeteer does not drive ${engine}`);
}

export async function chromiumPath(): Promise<string> {
  return process.env.CHROME_PATH || (await sparticuz.executablePath());
}

export function firefoxPath(): string {
  return installed(process.env.FIREFOX_PATH, "/usr/bin/firefox-esr", "/usr/bin/firefox");
}

/** Starts WebKitGTK's driver, which stops with this process at the latest; `options` are those of a session. */
export async function startWebKitDriver(env: Record<string, string> = {}) {
  const port = await freePort();
  const driver = installed(process.env.WEBKIT_DRIVER_PATH, "/usr/bin/WebKitWebDriver");
  // It needs a display, which xvfb-run provides.
  const child = spawn(driver, [`--port=${port}`, "--host=127.0.0.1"], {
    stdio: "ignore",
    env: { ...process.env, ...env },
  });
  child.unref();
  const stop = () => {
    process.off("exit", stop);
    child.kill();
  };
  process.once("exit", stop);
  await untilListening(port);
  const options = {
    logLevel: "error" as const,
    hostname: "127.0.0.1",
    port,
    path: "/",
    capabilities: {
      browserName: "MiniBrowser",
      // The driver does not support the bidirectional protocol.
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
  };
  return { options, stop };
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/status`).catch(() => null);
    if (answer) return;
    await delay(50);
  }
  throw new Error("WebKitWebDriver did not start");
}

/** A missing browser is an error, not a skip. */
function installed(...paths: (string | undefined)[]): string {
  const found = paths.find((path) => path && existsSync(path));
  if (!found) throw new Error(`none of these is installed: ${paths.filter(Boolean).join(", ")}`);
  return found;
}
