/** Everything that concerns one visit, in the order in which it happened. Pure. */
import type { Link } from "../../worker/contract.ts";
import type { Call } from "../simulators/call-log.ts";
import type { VisitRecord } from "./crowd.ts";
import type { Entry } from "./journal.ts";
import type { Kill } from "./mortal-worker.ts";
import type { HeldAccount } from "./stand-ins.ts";

export interface StoryEvidence {
  startedAtMs: number;
  visits: readonly VisitRecord[];
  held: readonly HeldAccount[];
  links: readonly Link[];
  entries: readonly Entry[];
  calls: readonly Call[];
  kills: readonly Kill[];
}

/** All of the customer's doings: what goes wrong between two links shows only in both. */
export function tellStory({ customerId, provider }: VisitRecord, evidence: StoryEvidence): string[] {
  const { startedAtMs, visits, held, links, entries, calls, kills } = evidence;
  const ours = visits.filter((record) => record.customerId === customerId);
  const visitIds = new Set<string | null>(ours.map(({ visit }) => visit.id));
  const visitOf = visitsByText(ours);

  const happened: { atMs: number; text: string }[] = [
    ...entries
      .filter((entry) => entry.customerId === customerId)
      .map((entry) => ({ atMs: entry.atMs, text: `${entry.to} ${entry.visitId}: ${sayEntry(entry)}` })),
    ...calls
      .filter((call) => call.customer === customerId)
      .map((call) => ({ atMs: call.atMs, text: `  upstream ${sayCall(call)} ${visitOf(call)}` })),
  ].sort((left, right) => left.atMs - right.atMs);
  const fromMs = happened[0]?.atMs ?? startedAtMs;
  const toMs = happened.at(-1)?.atMs ?? startedAtMs;
  happened.push(
    ...kills
      .filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
      .map(({ atMs, backAtMs, moment }) => ({
        atMs,
        text: `  KILLED (${moment}), back after ${backAtMs - atMs} ms`,
      })),
  );
  happened.sort((left, right) => left.atMs - right.atMs);

  return [
    `customer ${customerId} at ${provider}; planned: ${ours.map(sayPlan).join("; ")}`,
    ...happened.map(({ atMs, text }) => `${seconds(atMs - startedAtMs)} ${text}`),
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

function sayPlan({ visit, refreshAccountId }: VisitRecord): string {
  return `${visit.id} ${refreshAccountId ? `refresh of ${refreshAccountId}` : visit.subtype} ${visit.ending}`;
}

function sayEntry({ what, httpStatus, said, code, trueWhenTold }: Entry): string {
  const parts = [what];
  if (httpStatus !== undefined) parts.push("→", httpStatus === 0 ? "no answer" : String(httpStatus));
  if (said) parts.push(said.linkId, said.status, said.accountId ?? "");
  if (code) parts.push(code);
  if (trueWhenTold === false) parts.push("(not so at the provider)");
  return parts.filter(Boolean).join(" ");
}

function sayCall({ method, path, status, fault, worked }: Call): string {
  const outcome = fault ? ` fault ${fault}${worked ? ", reached the provider" : ""}` : "";
  return `${method} ${path} → ${status}${outcome}`;
}

/** Which visit a call belongs to, where its body tells: by the public token. */
function visitsByText(visits: readonly VisitRecord[]): (call: Call) => string {
  return ({ requestBody }) => {
    const text = JSON.stringify(requestBody ?? "");
    const found = visits.find(({ choices }) => choices.some(({ publicToken }) => text.includes(publicToken)));
    return found ? `(${found.visit.id})` : "";
  };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(3).padStart(9)} s`;
}
