/** Everything about one visit and its customer, in order. Pure. */
import type { Link } from "../../worker/contract.ts";
import type { Call } from "../simulators/call-log.ts";
import type { VisitRecord } from "./crowd.ts";
import type { Entry } from "./journal.ts";
import type { Kill } from "./restartable-worker.ts";
import type { HeldAccount } from "./stand-ins.ts";

export interface TimelineEvidence {
  startedAtMs: number;
  visits: readonly VisitRecord[];
  held: readonly HeldAccount[];
  links: readonly Link[];
  entries: readonly Entry[];
  calls: readonly Call[];
  kills: readonly Kill[];
}

/** All of the customer's visits: what goes wrong between two links shows only in both. */
export function timeline({ customerId, provider }: VisitRecord, evidence: TimelineEvidence): string[] {
  const { startedAtMs, visits, held, links, entries, calls, kills } = evidence;
  const ours = visits.filter((record) => record.customerId === customerId);
  const visitIds = new Set<string | null>(ours.map(({ visit }) => visit.id));
  const visitOf = visitByCall(ours);

  const events: { atMs: number; text: string }[] = [
    ...entries
      .filter((entry) => entry.customerId === customerId)
      .map((entry) => ({ atMs: entry.atMs, text: `${entry.to} ${entry.visitId}: ${entryText(entry)}` })),
    ...calls
      .filter((call) => call.customer === customerId)
      .map((call) => ({ atMs: call.atMs, text: `  upstream ${callText(call)} ${visitOf(call)}` })),
  ].sort((left, right) => left.atMs - right.atMs);
  const fromMs = events[0]?.atMs ?? startedAtMs;
  const toMs = events.at(-1)?.atMs ?? startedAtMs;
  events.push(
    ...kills
      .filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
      .map(({ atMs, backAtMs, moment }) => ({
        atMs,
        text: `  KILLED (${moment}), back after ${backAtMs - atMs} ms`,
      })),
  );
  events.sort((left, right) => left.atMs - right.atMs);

  return [
    `customer ${customerId} at ${provider}; planned: ${ours.map(planText).join("; ")}`,
    ...events.map(({ atMs, text }) => `${seconds(atMs - startedAtMs)} ${text}`),
    ...links
      .filter(({ reference }) => visitIds.has(reference))
      .map(
        (link) =>
          `the ledger: ${link.id} of ${link.reference} ${link.mode} ${link.status}, account ${link.account?.id ?? "none"}, ` +
          `problem ${link.problem?.code ?? "none"}, updated ${seconds(Date.parse(link.updated_at) - startedAtMs).trim()}`,
      ),
    ...held
      .filter((account) => account.customerId === customerId)
      .map(({ id, state, accountNumber }) => `the provider: account ${id} ${state}, number ${accountNumber}`),
  ];
}

function planText({ visit, refreshAccountId }: VisitRecord): string {
  return `${visit.id} ${refreshAccountId ? `refresh of ${refreshAccountId}` : visit.subtype} ${visit.ending}`;
}

function entryText({ what, httpStatus, link, code, wasTrue }: Entry): string {
  const parts = [what];
  if (httpStatus !== undefined) parts.push("→", httpStatus === 0 ? "no answer" : String(httpStatus));
  if (link) parts.push(link.id, link.status, link.accountId ?? "");
  if (code) parts.push(code);
  if (wasTrue === false) parts.push("(not so at the provider)");
  return parts.filter(Boolean).join(" ");
}

function callText({ method, path, status, fault, worked }: Call): string {
  const outcome = fault ? ` fault ${fault}${worked ? ", reached the provider" : ""}` : "";
  return `${method} ${path} → ${status}${outcome}`;
}

/** Which visit a call belongs to, if its body contains a public token. */
function visitByCall(visits: readonly VisitRecord[]): (call: Call) => string {
  return ({ requestBody }) => {
    const text = JSON.stringify(requestBody ?? "");
    const found = visits.find(({ choices }) => choices.some(({ publicToken }) => text.includes(publicToken)));
    return found ? `(${found.visit.id})` : "";
  };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(3).padStart(9)} s`;
}
