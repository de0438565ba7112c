/**
 * `npm run doctor`: asks /v1/doctor, looks at a page's policy, and prints the checklist. Exit code 1 on any ✗.
 * The key may come from the environment, so that it need not be typed where others can read it.
 */
import type { DoctorItem } from "../../contract.ts";
import { failed } from "../items.ts";
import { type Arguments, readArguments, USAGE } from "./arguments.ts";
import { type Asked, askWorker } from "./ask-worker.ts";
import { checkPage } from "./check-page.ts";
import { readPolicies } from "./read-page.ts";
import { renderItems } from "./render.ts";

/** A page that needs longer is no page. */
const PAGE_TIMEOUT_MS = 20_000;

const asked = readArguments(process.argv.slice(2), process.env);
process.exitCode = asked ? await run(asked) : 1;
if (!asked) console.error(USAGE);

async function run({ api, key, page, customer, provider }: Arguments): Promise<0 | 1> {
  const told = await askWorker(api, key, { customer, provider });
  const items = [...told.items, ...(page ? await examinePage(page, api, told) : [])];
  console.log(renderItems(items));
  return items.some(({ result }) => result === "failed") ? 1 : 0;
}

async function examinePage(url: URL, api: URL, { environment }: Asked): Promise<DoctorItem[]> {
  try {
    return checkPage({ url, policies: await readPolicies(url, PAGE_TIMEOUT_MS), api, environment });
  } catch {
    return [failed("page", "The page can be read", "Check --page: it did not answer.")];
  }
}
