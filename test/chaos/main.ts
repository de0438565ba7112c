/**
 * The fault run: thousands of links through the real Worker, a quarter of all upstream calls faulty, the Worker
 * killed repeatedly.
 * Exits with 1 when an account is doubled, a success untrue, a finished account unreported, or too many links are open
 * too long.
 *
 *   node test/chaos/main.ts --links 5000 --seed 1 [--kills 20] [--row NAME | --matrix]
 *
 * `--matrix` runs every row of `rows.ts`, one after the other; without it and `--row`, the protections are off.
 * `--ownership` adds Cybrid's ownership check to the links of individuals.
 * `--show slowest`, or the code of a problem, prints the timelines of such links besides those that offend.
 */
import { parseArgs } from "node:util";
import { KILLS_DEFAULT, LINKS_DEFAULT, LINKS_PER_KILL_MIN } from "./limits.ts";
import { matrixTable } from "./report.ts";
import { ROW_NAMES, type RowName } from "./rows.ts";
import { type RunResult, runRow } from "./run.ts";

const { values } = parseArgs({
  options: {
    links: { type: "string" },
    seed: { type: "string" },
    kills: { type: "string" },
    show: { type: "string" },
    ownership: { type: "boolean", default: false },
    row: { type: "string", default: "protections-off" },
    matrix: { type: "boolean", default: false },
  },
});
const links = wholeNumber("links", values.links) ?? LINKS_DEFAULT;
const seed = wholeNumber("seed", values.seed) ?? 1;
const kills =
  wholeNumber("kills", values.kills) ?? Math.min(KILLS_DEFAULT, Math.floor(links / LINKS_PER_KILL_MIN));
const names = values.matrix ? ROW_NAMES : [rowName(values.row)];

// `exit` ends the Worker too; the default handling of a signal would leave it running.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const results: RunResult[] = [];
for (const name of names) {
  const result = await runRow(name, { links, seed, kills, ownership: values.ownership, show: values.show });
  for (const line of [...result.report, ...result.timelines, ""]) console.log(line);
  results.push(result);
}
if (values.matrix) for (const line of matrixTable(results)) console.log(line);
process.exitCode = results.every(({ hasPassed }) => hasPassed) ? 0 : 1;

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} takes a whole number, not ${text}`);
  return value;
}

function rowName(text: string): RowName {
  const name = ROW_NAMES.find((known) => known === text);
  if (!name) throw new Error(`--row takes one of ${ROW_NAMES.join(", ")}, not ${text}`);
  return name;
}
