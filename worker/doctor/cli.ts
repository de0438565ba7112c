/**
 * `npm run doctor -- --url URL --key KEY [--page URL] [--customer ID [--provider NAME]]`
 * Asks /v1/doctor and prints the checklist. Exit code 1 on any ✗. BANK_LINK_URL and BANK_LINK_API_KEY stand in for
 * --url and --key, so that the key need not be typed where others can read it.
 */
import { parseArgs } from "node:util";
import type { DoctorItem } from "../contract.ts";
import { type Asked, askWorker } from "./ask-worker.ts";
import { checkPage } from "./check-page.ts";
import { failed } from "./items.ts";
import { readPolicies } from "./read-page.ts";
import { renderItems } from "./render.ts";

/** A page that needs longer is no page. */
const PAGE_TIMEOUT_MS = 20_000;

const { values } = parseArgs({
  options: {
    url: { type: "string", default: process.env.BANK_LINK_URL || "http://localhost:8787" },
    key: { type: "string", default: process.env.BANK_LINK_API_KEY || "" },
    page: { type: "string" },
    customer: { type: "string" },
    provider: { type: "string" },
  },
});

const api = new URL(values.url);
const asked = await askWorker(api, values.key, { customer: values.customer, provider: values.provider });
const items = [...asked.items, ...(values.page ? await examinePage(new URL(values.page), asked) : [])];
console.log(renderItems(items));
process.exitCode = items.some(({ result }) => result === "failed") ? 1 : 0;

async function examinePage(url: URL, { environment }: Asked): Promise<DoctorItem[]> {
  try {
    return checkPage({ url, policies: await readPolicies(url, PAGE_TIMEOUT_MS), api, environment });
  } catch {
    return [failed("page", "The page can be read", "Check --page: it did not answer.")];
  }
}
