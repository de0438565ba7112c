/** Loads Plaid's script once for the page, whatever else on the page loads it too. */
import { type BrowserCode, unreachable } from "../errors.ts";
import { SCRIPT_TIMEOUT_MS } from "../limits.ts";
import { guardMessages } from "./message-guard.ts";
import type { PlaidFactory } from "./sdk.ts";

/** Without a version and never self-hosted: Plaid changes the script without notice. */
export const PLAID_SCRIPT_URL = "https://cdn.plaid.com/link/v2/stable/link-initialize.js";

let inFlight: Promise<PlaidFactory> | undefined;

/**
 * Resolves with `window.Plaid`. Loaded twice, the script gives its frames the same ids and one success reaches two
 * handlers, so a script that is on the page is used. A failure is forgotten, so that the next call tries again.
 * @throws BankLinkError `script_blocked`, `script_timeout`, `offline`
 */
export function loadPlaid(url: string, nonce: string): Promise<PlaidFactory> {
  const { href, origin } = new URL(url, document.baseURI);
  guardMessages(origin);
  if (window.Plaid) return Promise.resolve(window.Plaid);
  inFlight ??= load(href, nonce).finally(() => {
    inFlight = undefined;
  });
  return inFlight;
}

function load(href: string, nonce: string): Promise<PlaidFactory> {
  return new Promise((resolve, reject) => {
    const present = [...document.scripts].find((script) => script.src === href);
    const script = present ?? createScript(href, nonce);
    const finish = (code: BrowserCode) => {
      clearTimeout(timeout);
      if (window.Plaid) {
        resolve(window.Plaid);
        return;
      }
      // A tag that failed never fires again, so the next attempt must not find it. Our own tag that is only late may
      // still run, and the next attempt waits for it.
      if (present || code === "script_blocked") script.remove();
      reject(unreachable(code));
    };
    // Also covers the page's own tag that had failed before this call.
    const timeout = setTimeout(finish, SCRIPT_TIMEOUT_MS, "script_timeout");
    script.addEventListener("load", () => finish("script_blocked"));
    script.addEventListener("error", () => finish("script_blocked"));
    // Plaid's script looks for its own tag in the light DOM and throws where there is none.
    if (!present) document.head.append(script);
  });
}

function createScript(href: string, nonce: string): HTMLScriptElement {
  return Object.assign(document.createElement("script"), { nonce, src: trusted(href) });
}

interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}

declare global {
  interface Window {
    /** Not in every engine. */
    trustedTypes?: { createPolicy(name: string, rules: ScriptUrlPolicy): ScriptUrlPolicy };
  }
}

let policy: ScriptUrlPolicy | undefined;

// For `require-trusted-types-for 'script'`. The policy accepts any URL, since only the class's static plaidScriptUrl
// reaches it and the policy never leaves this module.
function trusted(href: string): string {
  policy ??= window.trustedTypes?.createPolicy("bank-link", { createScriptURL: (url) => url });
  return policy?.createScriptURL(href) ?? href;
}
