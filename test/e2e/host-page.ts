/** A page of the test's own on the demo's origin, with the element from the real Worker: its markup, its headers. */
import type { Page } from "puppeteer-core";
import type { Demo } from "../simulators/start.ts";
import { text } from "../simulators/web-server.ts";

export interface HostPage {
  /** What stands in the body; the script that loads the element follows it. */
  body: string;
  head?: string;
  headers?: Record<string, string>;
  /** Given to the page's own scripts. */
  nonce?: string;
  /** More scripts of the page's origin, by path. */
  scripts?: Record<string, string>;
  /** Where the element comes from, if not straight from the Worker. */
  workerUrl?: string;
  /** False: the page calls `defineElement()` when it likes. */
  define?: boolean;
}

/** Goes there with whoever is signed in. */
export async function visitHostPage(demo: Demo, page: Page, own: HostPage): Promise<void> {
  const { pages, url } = demo.host;
  const answer = text(200, "text/html", html(demo, own));
  pages.set("/own-page", { ...answer, headers: { ...answer.headers, ...own.headers } });
  for (const [path, code] of Object.entries(own.scripts ?? {})) {
    pages.set(path, text(200, "text/javascript", code));
  }
  await page.goto(`${url}/own-page`);
  if (own.define === false) return;
  await page.waitForFunction(() => customElements.get("bank-link") !== undefined);
}

export const ELEMENT = '<bank-link session-url="/bank-link-session" preload="none"></bank-link>';

function html(
  demo: Demo,
  { body, head = "", nonce = "", workerUrl = demo.worker.url, define = true }: HostPage,
): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A host's page</title>
<link rel="icon" href="data:,">${head}</head>
<body>${body}
<script type="module" nonce="${nonce}">
  window.defineElement = async () => {
    const { BankLinkElement } = await import("${workerUrl}/bank-link.js");
    BankLinkElement.plaidScriptUrl = "${demo.plaid.scriptUrl}";
  };
  ${define ? "await window.defineElement();" : ""}
</script></body></html>`;
}
