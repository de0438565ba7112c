/** The figures of a run, as they are printed. Pure. */
import type { Link } from "../../worker/contract.ts";
import type { Call } from "../simulators/call-log.ts";
import type { VisitRecord } from "./crowd.ts";
import type { Entry } from "./journal.ts";
import type { Durations } from "./recovery.ts";
import type { Kill } from "./restartable-worker.ts";
import type { Figure, Verdict } from "./verdict.ts";

export interface RunFigures {
  row: string;
  seed: number;
  tookMs: number;
  visits: readonly VisitRecord[];
  links: readonly Link[];
  entries: readonly Entry[];
  calls: readonly Call[];
  kills: readonly Kill[];
  webhooks: { messages: number; repeats: number };
  unexpected: ReadonlyMap<string, number>;
  verdict: Verdict;
  recovery: { disturbed: Durations; undisturbed: Durations };
}

export function report(run: RunFigures): string[] {
  const { visits, links, entries, calls, kills, verdict, recovery } = run;
  const faulted = calls.filter(({ fault }) => fault !== undefined);
  const inRefresh = visits.filter(({ refreshAccountId }) => refreshAccountId !== null).length;
  return [
    line("row", run.row),
    line("seed", `${run.seed}`),
    line("links", `${visits.length}, ${inRefresh} of them refreshes`),
    line(
      "upstream calls",
      `${calls.length}, ${faulted.length} faulty (${share(faulted.length, calls.length)})`,
    ),
    ...tally(faulted.map(({ fault }) => fault ?? "")).map(([kind, count]) => line(`  ${kind}`, `${count}`)),
    line(
      "kills",
      `${kills.length}, ${kills.filter(({ moment }) => moment === "account-post").length} during an account post`,
    ),
    line("how links ended", tallied(links.map(({ status }) => status))),
    line("why links failed", tallied(links.flatMap(({ problem }) => problem?.code ?? []))),
    line("rejected requests", tallied(entries.flatMap(({ code, link }) => (link ? [] : (code ?? []))))),
    line("unanswered", `${entries.filter(({ httpStatus }) => httpStatus === 0).length}`),
    line("webhooks", `${run.webhooks.messages} messages, ${run.webhooks.repeats} repeated`),
    ...[...run.unexpected].map(([reason, count]) => line("unexpected", `${count} × ${reason}`)),
    "",
    line("accounts doubled", `${countOf("doubled", verdict)}`),
    line("untrue successes", `${countOf("untrue", verdict)}`),
    line("finished accounts unreported", `${countOf("unreported", verdict)}`),
    line("links still open", `${verdict.open.length}`),
    line("open longer than 3 min", `${verdict.tooLong.length}`),
    line("open by design", `${verdict.openByDesign.length}`),
    line("recovery", durationsText(recovery.disturbed)),
    line("undisturbed", durationsText(recovery.undisturbed)),
    line("took", `${Math.round(run.tookMs / 1_000)} s`),
  ];
}

export interface MatrixRow {
  name: string;
  links: number;
  /** Of the upstream calls. */
  faulty: string;
  verdict: Verdict;
  recovery: Durations;
  tookMs: number;
  hasPassed: boolean;
}

/** All rows in one table. */
export function matrixTable(rows: readonly MatrixRow[]): string[] {
  const head = [
    "row",
    "links",
    "faulty",
    "doubled",
    "untrue",
    "unreported",
    "> 3 min",
    "by design",
    "median s",
    "p95 s",
    "max s",
    "took s",
    "",
  ];
  const cells = rows.map(({ name, links, faulty, verdict, recovery, tookMs, hasPassed }) => [
    name,
    links,
    faulty,
    countOf("doubled", verdict),
    countOf("untrue", verdict),
    countOf("unreported", verdict),
    verdict.tooLong.length,
    verdict.openByDesign.length,
    ...[recovery.medianMs, recovery.p95Ms, recovery.maxMs].map((ms) => (ms / 1_000).toFixed(2)),
    Math.round(tookMs / 1_000),
    hasPassed ? "passed" : "FAILED",
  ]);
  const texts = [head, ...cells.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  return texts.map((row) =>
    row
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** Counts links: the same offence reported twice is one. */
function countOf(figure: Figure, { offences }: Verdict): number {
  return new Set(offences.filter((offence) => offence.figure === figure).map(({ visitId }) => visitId)).size;
}

function line(name: string, value: string): string {
  return `${name.padEnd(42)} ${value}`;
}

function tally(names: readonly string[]): [name: string, count: number][] {
  const counts = Map.groupBy(names, (name) => name);
  return [...counts]
    .map(([name, all]): [string, number] => [name, all.length])
    .sort((left, right) => right[1] - left[1]);
}

function tallied(names: readonly string[]): string {
  return (
    tally(names)
      .map(([name, count]) => `${count} ${name}`)
      .join(", ") || "none"
  );
}

export function share(part: number, whole: number): string {
  return whole === 0 ? "0 %" : `${((part / whole) * 100).toFixed(1)} %`;
}

function durationsText({ count, medianMs, p95Ms, maxMs, slowest }: Durations): string {
  const [median, p95, max] = [medianMs, p95Ms, maxMs].map((ms) => `${(ms / 1_000).toFixed(2)} s`);
  return `median ${median}, p95 ${p95}, max ${max} (${slowest ?? "none"}) of ${count} links`;
}
