/** What each screenshot shows, and its page: the built file, a scripted API, a scripted Plaid. */
import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Frame, HTTPRequest } from "puppeteer-core";
import { failedLink, linkedLink, readyLink } from "./fake-api.ts";

export type Scheme = "light" | "dark";

export interface Screenshot {
  name: string;
  /** What the customer does last; `preparing` and `ready` need no customer. */
  step: "idle" | "ready" | "preparing" | "open" | "leave" | "succeed";
  /** The status that the API answers to finalize. */
  outcome?: "linked" | "failed" | "finalizing";
  attributes?: string;
  /** A style sheet of component/themes. */
  theme?: string;
  lang?: string;
  dir?: "rtl";
}

/** The eight states, in the order in which a customer meets them. */
export const STATES: Screenshot[] = [
  { name: "idle", step: "idle" },
  { name: "preparing", step: "preparing" },
  { name: "ready", step: "ready", attributes: 'preload="load"' },
  { name: "open", step: "open" },
  { name: "finalizing", step: "succeed", outcome: "finalizing" },
  { name: "linked", step: "succeed", outcome: "linked" },
  { name: "canceled", step: "leave" },
  { name: "failed", step: "succeed", outcome: "failed" },
];

/** With a page's own theme. */
export const THEMED: Screenshot = {
  name: "linked, multiple, with themes/evergreen.css",
  step: "succeed",
  outcome: "linked",
  attributes: "multiple",
  theme: "evergreen",
};

/** What else may look wrong: narrow, right to left, disabled. */
export const OTHERS: (Screenshot & { width?: number })[] = [
  { name: "disabled", step: "idle", attributes: "disabled" },
  { name: "refresh", step: "idle", attributes: 'refresh-account="acc_1"' },
  { name: "linked-multiple", step: "succeed", outcome: "linked", attributes: "multiple" },
  { name: "narrow", step: "succeed", outcome: "failed", width: 260, lang: "de" },
  { name: "rtl", step: "succeed", outcome: "linked", attributes: "multiple", dir: "rtl" },
];

export const BACKGROUND: Record<Scheme, string> = {
  light: "background:#fff;color:#14212e",
  dark: "background:#10161d;color:#eef3f8",
};

/** Comes with the npm Chromium, so that screenshots are the same on every machine. */
const FONT = join(tmpdir(), "fonts/fonts/Open_Sans");

const built = (path: string) => readFile(new URL(`../../dist${path}`, import.meta.url), "utf8");
const plaid = stripTypeScriptTypes(await readFile(new URL("./fake-plaid.ts", import.meta.url), "utf8"));

export async function screenshotPage(screenshot: Screenshot, scheme: Scheme): Promise<string> {
  const theme = screenshot.theme
    ? await readFile(new URL(`../../component/themes/${screenshot.theme}.css`, import.meta.url), "utf8")
    : 'bank-link{font-family:"Open Sans",system-ui}';
  return `<!doctype html><html lang="${screenshot.lang ?? "en"}" dir="${screenshot.dir ?? "ltr"}"><meta charset="utf-8">
    <style>
    @font-face{font-family:"Open Sans";src:url(/OpenSans-Regular.ttf)}
    @font-face{font-family:"Open Sans";font-weight:600 700;src:url(/OpenSans-Bold.ttf)}
    html{color-scheme:${scheme}}body{margin:8px;${BACKGROUND[scheme]}}${theme}</style>
    <bank-link session-url="/session" preload="none" ${screenshot.attributes ?? ""}></bank-link>
    <script type="module">
      import { BankLinkElement } from "/bank-link.js";
      BankLinkElement.plaidScriptUrl = "/fake-plaid.js";
    </script></html>`.replace('preload="none" preload', "preload");
}

/** Everything that the page requests, besides itself. */
export async function answerRequest(request: HTTPRequest, screenshot: Screenshot): Promise<void> {
  const { pathname } = new URL(request.url());
  const json = (body: object) =>
    request.respond({ contentType: "application/json", body: JSON.stringify(body) });
  const script = (body: string) => request.respond({ contentType: "text/javascript", body });
  if (pathname === "/fake-plaid.js") return script(plaid);
  if (pathname.endsWith(".js")) return script(await built(pathname));
  if (pathname.endsWith(".ttf")) {
    const body = await readFile(join(FONT, pathname)).catch(() => null);
    return body ? request.respond({ contentType: "font/ttf", body }) : request.abort();
  }
  if (pathname === "/session") return json({ token: "session" });
  // Never answered, to show how waiting looks.
  if (pathname === "/v1/links" && screenshot.step === "preparing") return;
  if (!pathname.endsWith("/finalize")) return json(readyLink());
  if (screenshot.outcome === "linked") return json(linkedLink());
  if (screenshot.outcome === "failed") return json(failedLink("provider_rejected"));
}

/** Plays the customer. */
export async function play(frame: Frame, { step }: Screenshot): Promise<void> {
  await frame.waitForFunction(() => customElements.get("bank-link"));
  await frame.evaluate(async (step) => {
    const element = document.querySelector("bank-link") as HTMLElement & { status: string };
    const until = async (is: () => boolean) => {
      while (!is()) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    if (step === "idle") return;
    if (step === "ready") return until(() => element.status === "ready");
    element.shadowRoot?.querySelector("button")?.click();
    await until(() => element.status === (step === "preparing" ? "preparing" : "open"));
    if (step === "preparing") return;
    const { fakePlaid } = window as unknown as { fakePlaid: FakePlaid };
    const [handler] = fakePlaid.handlers;
    if (handler) handler.frame.style.display = "none";
    if (step === "leave") handler?.config.onExit(null, {});
    if (step === "succeed") handler?.config.onSuccess("public-1", { accounts: [{ id: "plaid_acc_1" }] });
    await until(() => step === "open" || element.status !== "open");
    // After focus has returned, since a focus ring is not part of the state.
    await new Promise((resolve) => setTimeout(resolve, 700));
    (document.activeElement as HTMLElement | null)?.blur();
  }, step);
}
