/**
 * Pictures of every state, light and dark, narrow and wide, right to left and in a host's own theme, of the built file:
 * `npx node test/browser/screenshots.ts` after `npm run build`; they land in test/.artifacts/screenshots.
 */
import { mkdir, readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import chromium from "@sparticuz/chromium";
import puppeteer, { type HTTPRequest, type Page } from "puppeteer-core";

const OUT = new URL("../.artifacts/screenshots/", import.meta.url);
const ORIGIN = "http://bank.test";

const LINK = {
  id: "lnk_1",
  provider: "cybrid",
  mode: "link",
  status: "ready",
  link_token: "link-sandbox-1",
  link_token_expires_at: null,
  account: null,
  problem: null,
  reference: null,
  opened_at: null,
  created_at: "",
  updated_at: "",
};
const ACCOUNT = {
  id: "acc_1",
  name: "First Platypus Bank - Plaid Checking",
  mask: "0000",
  institution: { id: "ins_109508", name: "First Platypus Bank" },
  status: "active",
};

/** What the API answers to a finalize, so what the state after Link is. */
type Outcome = "linked" | "failed" | "finalizing";

interface Shot {
  name: string;
  outcome?: Outcome;
  /** How far it goes: not at all, waiting for the link, out of Link again, or through it. */
  way: "idle" | "preparing" | "leave" | "succeed";
  attributes?: string;
  style?: string;
  lang?: string;
  dir?: "rtl";
  width?: number;
}

const SHOTS: Shot[] = [
  { name: "idle", way: "idle" },
  { name: "preparing", way: "preparing" },
  { name: "canceled", way: "leave" },
  { name: "finalizing", way: "succeed", outcome: "finalizing" },
  { name: "linked", way: "succeed", outcome: "linked" },
  { name: "linked-multiple", way: "succeed", outcome: "linked", attributes: "multiple" },
  { name: "failed", way: "succeed", outcome: "failed" },
  { name: "disabled", way: "idle", attributes: "disabled" },
  { name: "refresh", way: "idle", attributes: 'refresh-account="acc_1"' },
  { name: "narrow", way: "succeed", outcome: "failed", width: 260, lang: "de" },
  { name: "rtl", way: "succeed", outcome: "linked", attributes: "multiple", dir: "rtl" },
  {
    name: "themed",
    way: "succeed",
    outcome: "linked",
    attributes: "multiple",
    style:
      "--bank-link-accent:#6b2fb3;--bank-link-on-accent:#fff;--bank-link-radius:2rem;font:500 1rem/1.4 Georgia,serif;--bank-link-success:#6b2fb3",
  },
];

const bundle = await readFile(new URL("../../dist/bank-link.js", import.meta.url), "utf8");
const plaid = stripTypeScriptTypes(await readFile(new URL("./fake-plaid.ts", import.meta.url), "utf8"));

function html(shot: Shot, scheme: string): string {
  return `<!doctype html><html lang="${shot.lang ?? "en"}" dir="${shot.dir ?? "ltr"}"><meta charset="utf-8">
    <style>html{color-scheme:${scheme}}body{margin:24px;font-family:system-ui;${scheme === "dark" ? "background:#10161d;color:#eef3f8" : "color:#14212e"}}</style>
    <bank-link session-url="/session" preload="none" style="${shot.style ?? ""}" ${shot.attributes ?? ""}></bank-link>
    <script type="module">
      import { BankLinkElement } from "/bank-link.js";
      BankLinkElement.plaidScriptUrl = "/fake-plaid.js";
    </script></html>`;
}

async function respond(request: HTTPRequest, shot: Shot, scheme: string): Promise<void> {
  const { pathname } = new URL(request.url());
  const json = (body: object) =>
    request.respond({ contentType: "application/json", body: JSON.stringify(body) });
  const script = (body: string) => request.respond({ contentType: "text/javascript", body });
  if (pathname === "/") return request.respond({ contentType: "text/html", body: html(shot, scheme) });
  if (pathname === "/bank-link.js") return script(bundle);
  if (pathname === "/fake-plaid.js") return script(plaid);
  if (pathname.startsWith("/chunks/")) {
    return script(await readFile(new URL(`../../dist${pathname}`, import.meta.url), "utf8"));
  }
  if (pathname === "/session") return json({ token: "session" });
  if (pathname === "/v1/links") {
    // Never answered: this is what waiting looks like.
    return shot.way === "preparing" ? undefined : json(LINK);
  }
  const isOver = pathname.endsWith("/finalize");
  if (isOver && shot.outcome === "linked") return json({ ...LINK, status: "linked", account: ACCOUNT });
  if (isOver && shot.outcome === "failed") return json({ ...LINK, status: "failed" });
  if (isOver) return undefined;
  return json(LINK);
}

/** Plays the customer; runs in the page. */
async function play(page: Page, shot: Shot): Promise<void> {
  if (shot.way === "idle") return;
  await page.evaluate(async (way) => {
    const element = document.querySelector("bank-link") as HTMLElement & { status: string };
    const until = async (is: () => boolean) => {
      while (!is()) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    element.shadowRoot?.querySelector("button")?.click();
    if (way === "preparing") return;
    await until(() => element.status === "open");
    const { fakePlaid } = window as unknown as { fakePlaid: FakePlaid };
    const [handler] = fakePlaid.handlers;
    if (handler) handler.frame.style.display = "none";
    const account = { id: "plaid_acc_1" };
    if (way === "leave") handler?.config.onExit(null, {});
    else handler?.config.onSuccess("public-1", { accounts: [account] });
    await until(() => element.status !== "open");
  }, shot.way);
  await new Promise((resolve) => setTimeout(resolve, 700));
}

await mkdir(OUT, { recursive: true });
const browser = await puppeteer.launch({
  executablePath: process.env.CHROME_PATH || (await chromium.executablePath()),
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  for (const scheme of ["light", "dark"]) {
    for (const shot of SHOTS) {
      const page = await browser.newPage();
      await page.setViewport({ width: shot.width ?? 520, height: 220, deviceScaleFactor: 2 });
      await page.setRequestInterception(true);
      page.on("request", (request) => void respond(request, shot, scheme));
      await page.goto(ORIGIN);
      await page.waitForFunction(() => customElements.get("bank-link"));
      await play(page, shot);
      await new Promise((resolve) => setTimeout(resolve, 150));
      await page.screenshot({
        path: `${new URL(`${shot.name}-${scheme}.png`, OUT).pathname}` as `${string}.png`,
      });
      await page.close();
    }
  }
} finally {
  await browser.close();
}
