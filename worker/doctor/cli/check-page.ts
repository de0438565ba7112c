/** Whether a page's Content Security Policy allows what Plaid's script and ours need. Pure. */
import type { DoctorItem } from "../../contract.ts";
import { failed, ok } from "../items.ts";
import {
  allowsInline,
  allowsNonce,
  allowsUrl,
  hasKeyword,
  type Policy,
  parsePolicies,
  sourcesOf,
} from "./content-security-policy.ts";

const PLAID_SCRIPT = "https://cdn.plaid.com/link/v2/stable/link-initialize.js";
const PLAID_FRAME = "https://cdn.plaid.com/";
/** Trusted Types policies of our own code. */
const TRUSTED_TYPES = ["bank-link", "lit-html"];

export interface Page {
  url: URL;
  /** The values of Content-Security-Policy headers and meta elements; each of them must allow it. */
  policies: readonly string[];
  /** The Worker's base URL. */
  api: URL;
  environment: "sandbox" | "production" | null;
}

interface Need {
  id: string;
  title: string;
  whatToDo: string;
  isMet: (policy: Policy) => boolean;
}

export function checkPage(page: Page): DoctorItem[] {
  const policies = page.policies.flatMap(parsePolicies);
  if (policies.length === 0)
    return [ok("page.csp", "The page has no Content Security Policy that could block anything")];
  return needs(page).map(({ id, title, whatToDo, isMet }) =>
    policies.every(isMet) ? ok(`page.${id}`, title) : failed(`page.${id}`, title, whatToDo),
  );
}

function needs({ url: page, api, environment }: Page): Need[] {
  const loads = (directive: string, url: string) => (policy: Policy) => {
    const sources = sourcesOf(policy, directive);
    return sources === null || allowsUrl(sources, new URL(url), page);
  };
  const runs = (url: string) => (policy: Policy) => {
    const sources = sourcesOf(policy, "script-src-elem");
    if (sources === null || allowsNonce(sources)) return true;
    // Under strict-dynamic, URLs in the policy are ignored.
    return !hasKeyword(sources, "strict-dynamic") && allowsUrl(sources, new URL(url), page);
  };
  const plaidApi = `https://${environment ?? "production"}.plaid.com`;
  return [
    {
      id: "script.plaid",
      title: "The page lets Plaid's script run",
      whatToDo: `Add ${PLAID_SCRIPT} to script-src, or use a nonce and give it to <bank-link nonce>.`,
      isMet: runs(PLAID_SCRIPT),
    },
    {
      id: "script.bank_link",
      title: "The page lets bank-link.js run",
      whatToDo: `Add ${api.origin} to script-src, or use a nonce. A page that bundles the element needs neither.`,
      isMet: runs(new URL("/bank-link.js", api).href),
    },
    {
      id: "frame",
      title: "The page may show Plaid's frame",
      whatToDo: "Add https://cdn.plaid.com to frame-src.",
      isMet: loads("frame-src", PLAID_FRAME),
    },
    {
      id: "connect.plaid",
      title: "The page may call Plaid",
      whatToDo: `Add ${plaidApi} to connect-src.`,
      isMet: loads("connect-src", `${plaidApi}/`),
    },
    {
      id: "connect.api",
      title: "The page may call this API",
      whatToDo: `Add ${api.origin} to connect-src.`,
      isMet: loads("connect-src", new URL("/v1/links", api).href),
    },
    {
      id: "style.elements",
      title: "The page lets Plaid's script add style sheets",
      whatToDo:
        "Use style-src 'self' 'unsafe-inline' without a nonce or a hash, which would cancel it: Plaid's style sheets carry no nonce, and without them Plaid Link is unusable on phones.",
      isMet: (policy) => {
        const sources = sourcesOf(policy, "style-src-elem");
        return sources === null || allowsInline(sources);
      },
    },
    {
      id: "style.attributes",
      title: "The page lets Plaid's script set style attributes",
      whatToDo: "Add style-src-attr 'unsafe-inline'; a nonce does not cover style attributes.",
      isMet: (policy) => {
        const sources = sourcesOf(policy, "style-src-attr");
        return sources === null || allowsInline(sources);
      },
    },
    {
      id: "trusted_types",
      title: "The page lets the element create its Trusted Types policies",
      whatToDo: `Add ${TRUSTED_TYPES.join(" ")} to trusted-types.`,
      isMet: (policy) => {
        const names = policy.get("trusted-types");
        return !names || names.includes("*") || TRUSTED_TYPES.every((name) => names.includes(name));
      },
    },
  ];
}
