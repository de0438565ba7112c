/** What a million links cost at Cloudflare, by its list prices and by what one link was counted to take. */
import { costOfLink } from "../api/cost-of-link.ts";
import { table } from "./table.ts";

/** Dollars, without the included amounts: developers.cloudflare.com/{workers,durable-objects,kv}/platform/pricing. */
const PRICES = {
  workerRequest: 0.3e-6,
  cpuMs: 0.02e-6,
  objectRequest: 0.15e-6,
  gigabyteSecond: 12.5e-6,
  rowRead: 0.001e-6,
  rowWritten: 1e-6,
  keyValueRead: 0.5e-6,
  keyValueWrite: 5e-6,
  logLine: 0.6e-6,
} as const;

/** An object is billed for 128 MB while it is active. */
const OBJECT_GIGABYTES = 0.128;
/** Not to be read in workerd here: the Worker's share of three requests, generously. */
const CPU_MS = 15;
/** Rows of the test runner's own book-keeping in each object, which no deployment has. */
const RUNNER_ROWS = 3;
/** Rows of a ledger's tables themselves, which are made once per customer and not counted by SQLite's cursor. */
const TABLE_ROWS = 4;
/** The ledger's owner, stored with its first write. */
const OWNER_ROWS = 1;

export async function cost(): Promise<string> {
  const counted = await costOfLink();
  const rowsWritten = counted.rowsWritten - RUNNER_ROWS + TABLE_ROWS;
  const lines: [string, number, number][] = [
    ["Worker requests", counted.requests, PRICES.workerRequest],
    ["Worker CPU, ms (assumed)", CPU_MS, PRICES.cpuMs],
    ["Durable Object requests and alarms", counted.calls + counted.alarms, PRICES.objectRequest],
    ["Durable Object, GB-s", (counted.activeMs / 1_000) * OBJECT_GIGABYTES, PRICES.gigabyteSecond],
    ["rows read", counted.rowsRead, PRICES.rowRead],
    ["rows written", rowsWritten, PRICES.rowWritten],
    ["KV reads", counted.keyValueReads, PRICES.keyValueRead],
    ["KV writes", counted.keyValueWrites, PRICES.keyValueWrite],
    ["log lines", counted.logLines, PRICES.logLine],
  ];
  const total = lines.reduce((sum, [, amount, price]) => sum + amount * price, 0);
  const dollars = (each: number) => `$${(each * 1e6).toFixed(2)}`;
  return table(
    ["a link: 2 s workflow, 3 s storing", "per link", "per million links"],
    [
      ...lines.map(([what, amount, price]) => [
        what,
        Number.isInteger(amount) ? String(amount) : amount.toFixed(2),
        dollars(amount * price),
      ]),
      ["all, a new customer each", "", dollars(total)],
      ["all, a customer known already", "", dollars(total - (TABLE_ROWS + OWNER_ROWS) * PRICES.rowWritten)],
    ],
  );
}
