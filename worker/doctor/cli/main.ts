/**
 * `npm run doctor`: calls /v1/doctor, checks a page's policy and prints the checklist. Exit code 1 on any ✗.
 * The key may come from the environment, so that it does not appear in the list of processes.
 */
import type { DoctorItem } from "../../contract.ts";
import { failed } from "../items.ts";
import { type Arguments, readArguments, USAGE } from "./arguments.ts";
import { askWorker, type WorkerReport } from "./ask-worker.ts";
import { checkPage } from "./check-page.ts";
import { readPolicies } from "./read-page.ts";
import { renderItems } from "./render.ts";

/** A page that takes longer counts as unreachable. */
const PAGE_TIMEOUT_MS = 20_000;

const given = readArguments(process.argv.slice(2), process.env);
process.exitCode = given ? await run(given) : 1;
if (!given) console.error(USAGE);

async function run({ api, key, page, customer, provider }: Arguments): Promise<0 | 1> {
  const report = await askWorker(api, key, { customer, provider });
  const items = [...report.items, ...(page ? await examinePage(page, api, report) : [])];
  console.log(renderItems(items));
  return items.some(({ result }) => result === "failed") ? 1 : 0;
}

async function examinePage(url: URL, api: URL, { environment }: WorkerReport): Promise<DoctorItem[]> {
  try {
    return checkPage({ url, policies: await readPolicies(url, PAGE_TIMEOUT_MS), api, environment });
  } catch {
    return [failed("page", "The page can be read", "Check --page: it did not answer.")];
  }
}
