/** A test's own page on the demo's origin, with the element from the real Worker. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Page } from "puppeteer-core";
import type { Demo } from "../demo/start.ts";

export interface HostPage {
  /** The body's markup; the script that loads the element follows it. */
  body: string;
  head?: string;
  headers?: Record<string, string>;
  /** Given to the page's own scripts. */
  nonce?: string;
  /** More scripts of the page's origin, by path. */
  scripts?: Record<string, string>;
  /** Where the element is loaded from, if not directly from the Worker. */
  workerUrl?: string;
  /** False: the test calls `defineElement()` in the page. */
  define?: boolean;
}

/** Navigates there; whoever is signed in stays so. */
export async function visitHostPage(demo: Demo, page: Page, own: HostPage): Promise<void> {
  await page.goto(putHostPage(demo, own));
  if (own.define === false) return;
  await page.waitForFunction(() => customElements.get("bank-link") !== undefined);
}

/** Its URL. */
export function putHostPage(demo: Demo, own: HostPage): string {
  const { pages, url } = demo.host;
  const headers = { "Content-Type": "text/html; charset=utf-8", ...own.headers };
  pages.set("/own-page", new Response(html(demo, own), { headers }));
  for (const [path, code] of Object.entries(own.scripts ?? {})) {
    pages.set(path, new Response(code, { headers: { "Content-Type": "text/javascript; charset=utf-8" } }));
  }
  return `${url}/own-page`;
}

export const README = new URL("../../component/README.md", import.meta.url);

/** The policy that the README recommends, with the URLs of this demo and the nonce `n0nce`. */
export async function readmePolicy(demo: Demo): Promise<string> {
  const [, block = ""] =
    (await readFile(README, "utf8")).match(/## Content-Security-Policy\n+```\n(.*?)```/s) ?? [];
  const policy = block
    .replaceAll("nonce-…", "nonce-n0nce")
    .replaceAll("https://link.example.com", demo.worker.url)
    .replaceAll(/https:\/\/(cdn|production)\.plaid\.com/g, demo.plaid.url)
    .replaceAll(/\s+/g, " ");
  assert.match(policy, /require-trusted-types-for 'script'/);
  return `default-src 'none'; img-src data:; ${policy}`;
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
