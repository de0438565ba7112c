/** Loads Plaid's link-initialize.js once for the page, whoever else loads it too. */
import { type BrowserCode, notReached } from "../errors.ts";
import { SCRIPT_TIMEOUT_MS } from "../limits.ts";
import type { PlaidFactory } from "./handler.ts";

/** Unversioned, and never to be hosted elsewhere: Plaid changes it without notice. */
export const PLAID_SCRIPT_URL = "https://cdn.plaid.com/link/v2/stable/link-initialize.js";

declare global {
  interface Window {
    Plaid?: PlaidFactory;
  }
}

let inFlight: Promise<PlaidFactory> | undefined;

/**
 * Plaid's factory. Loaded twice, the script gives its frames the same ids and one success reaches two handlers, so
 * what is there already is taken, and a failure is forgotten so that the next call tries again.
 * @throws BankLinkError `script_blocked`, `script_timeout`
 */
export function loadPlaid(url: string, nonce: string): Promise<PlaidFactory> {
  if (window.Plaid) return Promise.resolve(window.Plaid);
  inFlight ??= load(url, nonce).finally(() => {
    inFlight = undefined;
  });
  return inFlight;
}

function load(url: string, nonce: string): Promise<PlaidFactory> {
  return new Promise((resolve, reject) => {
    const { href } = new URL(url, document.baseURI);
    const present = [...document.scripts].find((script) => script.src === href);
    const script = present ?? createScript(href, nonce);
    const end = (code: BrowserCode) => {
      clearTimeout(late);
      if (window.Plaid) {
        resolve(window.Plaid);
        return;
      }
      // A tag that failed never fires again, so it must not be found by the next try. Our own that is only late may
      // still run, and is waited for once more.
      if (present || code === "script_blocked") script.remove();
      reject(notReached(code));
    };
    // Also for somebody else's tag that had failed before we came.
    const late = setTimeout(end, SCRIPT_TIMEOUT_MS, "script_timeout");
    script.addEventListener("load", () => end("script_blocked"));
    script.addEventListener("error", () => end("script_blocked"));
    // Plaid's script looks for its own tag in the light DOM and throws where there is none.
    if (!present) document.head.append(script);
  });
}

function createScript(href: string, nonce: string): HTMLScriptElement {
  return Object.assign(document.createElement("script"), { nonce, src: trusted(href) });
}

interface TrustedTypePolicies {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}

let policy: ReturnType<TrustedTypePolicies["createPolicy"]> | undefined;

// For `require-trusted-types-for 'script'`. The policy passes what it is given, since nothing but the class's static
// plaidScriptUrl ever reaches it and the policy never leaves this module.
function trusted(href: string): string {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypePolicies };
  policy ??= trustedTypes?.createPolicy("bank-link", { createScriptURL: (url) => url });
  return policy?.createScriptURL(href) ?? href;
}
