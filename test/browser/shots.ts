/** What a picture of the element shows, and the page that shows it: the built file, a scripted API, a scripted Plaid. */
import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Frame, HTTPRequest } from "puppeteer-core";

export type Scheme = "light" | "dark";

export interface Shot {
  name: string;
  /** How far it goes: not at all, a link prepared, waiting for it, into Link, out of it again, or through it. */
  way: "idle" | "ready" | "preparing" | "open" | "leave" | "succeed";
  /** What the API answers to a finalize, so what the state after Link is. */
  outcome?: "linked" | "failed" | "finalizing";
  attributes?: string;
  /** A style sheet of component/themes. */
  theme?: string;
  lang?: string;
  dir?: "rtl";
}

/** The eight states, in the order in which a customer meets them. */
export const STATES: Shot[] = [
  { name: "idle", way: "idle" },
  { name: "preparing", way: "preparing" },
  { name: "ready", way: "ready", attributes: 'preload="load"' },
  { name: "open", way: "open" },
  { name: "finalizing", way: "succeed", outcome: "finalizing" },
  { name: "linked", way: "succeed", outcome: "linked" },
  { name: "canceled", way: "leave" },
  { name: "failed", way: "succeed", outcome: "failed" },
];

/** A page's own look. */
export const THEMED: Shot = {
  name: "linked, multiple, with themes/evergreen.css",
  way: "succeed",
  outcome: "linked",
  attributes: "multiple",
  theme: "evergreen",
};

/** What else may go wrong with its looks: narrow, right to left, another form. */
export const OTHERS: (Shot & { width?: number })[] = [
  { name: "disabled", way: "idle", attributes: "disabled" },
  { name: "refresh", way: "idle", attributes: 'refresh-account="acc_1"' },
  { name: "linked-multiple", way: "succeed", outcome: "linked", attributes: "multiple" },
  { name: "narrow", way: "succeed", outcome: "failed", width: 260, lang: "de" },
  { name: "rtl", way: "succeed", outcome: "linked", attributes: "multiple", dir: "rtl" },
];

export const BACKGROUND: Record<Scheme, string> = {
  light: "background:#fff;color:#14212e",
  dark: "background:#10161d;color:#eef3f8",
};

const LINK = { id: "lnk_1", mode: "link", status: "ready", link_token: "link-sandbox-1", account: null };
const ACCOUNT = {
  id: "acc_1",
  name: "First Platypus Bank - Plaid Checking",
  mask: "0000",
  institution: { id: "ins_109508", name: "First Platypus Bank" },
  status: "active",
};

/** Comes with the npm Chromium, so that the pictures look the same wherever they are taken. */
const FONT = join(tmpdir(), "fonts/fonts/Open_Sans");

const built = (path: string) => readFile(new URL(`../../dist${path}`, import.meta.url), "utf8");
const plaid = stripTypeScriptTypes(await readFile(new URL("./fake-plaid.ts", import.meta.url), "utf8"));

export async function shotPage(shot: Shot, scheme: Scheme): Promise<string> {
  const theme = shot.theme
    ? await readFile(new URL(`../../component/themes/${shot.theme}.css`, import.meta.url), "utf8")
    : 'bank-link{font-family:"Open Sans",system-ui}';
  return `<!doctype html><html lang="${shot.lang ?? "en"}" dir="${shot.dir ?? "ltr"}"><meta charset="utf-8">
    <style>
    @font-face{font-family:"Open Sans";src:url(/OpenSans-Regular.ttf)}
    @font-face{font-family:"Open Sans";font-weight:600 700;src:url(/OpenSans-Bold.ttf)}
    html{color-scheme:${scheme}}body{margin:8px;${BACKGROUND[scheme]}}${theme}</style>
    <bank-link session-url="/session" preload="none" ${shot.attributes ?? ""}></bank-link>
    <script type="module">
      import { BankLinkElement } from "/bank-link.js";
      BankLinkElement.plaidScriptUrl = "/fake-plaid.js";
    </script></html>`.replace('preload="none" preload', "preload");
}

/** Everything that a shot's page asks for, besides the page itself. */
export async function answerShot(request: HTTPRequest, shot: Shot): Promise<void> {
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
  // Never answered: this is what waiting looks like.
  if (pathname === "/v1/links" && shot.way === "preparing") return;
  if (!pathname.endsWith("/finalize")) return json(LINK);
  if (shot.outcome === "linked") return json({ ...LINK, status: "linked", account: ACCOUNT });
  if (shot.outcome === "failed") return json({ ...LINK, status: "failed" });
}

/** Plays the customer. */
export async function play(frame: Frame, { way }: Shot): Promise<void> {
  await frame.waitForFunction(() => customElements.get("bank-link"));
  await frame.evaluate(async (way) => {
    const element = document.querySelector("bank-link") as HTMLElement & { status: string };
    const until = async (is: () => boolean) => {
      while (!is()) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    if (way === "idle") return;
    if (way === "ready") return until(() => element.status === "ready");
    element.shadowRoot?.querySelector("button")?.click();
    await until(() => element.status === (way === "preparing" ? "preparing" : "open"));
    if (way === "preparing") return;
    const { fakePlaid } = window as unknown as { fakePlaid: FakePlaid };
    const [handler] = fakePlaid.handlers;
    if (handler) handler.frame.style.display = "none";
    if (way === "leave") handler?.config.onExit(null, {});
    if (way === "succeed") handler?.config.onSuccess("public-1", { accounts: [{ id: "plaid_acc_1" }] });
    await until(() => way === "open" || element.status !== "open");
    // Past what returns focus, since a ring would seem to be a part of the state.
    await new Promise((resolve) => setTimeout(resolve, 700));
    (document.activeElement as HTMLElement | null)?.blur();
  }, way);
}
