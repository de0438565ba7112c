/** How long links took that met a fault or a kill between their finalize and their outcome. Pure. */
import type { Link } from "../../worker/contract.ts";
import type { Call } from "../simulators/call-log.ts";
import type { VisitRecord } from "./crowd.ts";
import type { Entry } from "./journal.ts";
import type { Kill } from "./restartable-worker.ts";

export interface Durations {
  count: number;
  medianMs: number;
  p95Ms: number;
  maxMs: number;
  /** The visit that took longest. */
  slowest: string | null;
}

export interface RecoveryEvidence {
  visits: readonly VisitRecord[];
  links: readonly Link[];
  entries: readonly Entry[];
  calls: readonly Call[];
  kills: readonly Kill[];
}

/** From the choice at the bank to the outcome in the ledger, whether or not a browser was still there. */
export function measureRecovery({ visits, links, entries, calls, kills }: RecoveryEvidence): {
  disturbed: Durations;
  undisturbed: Durations;
} {
  const endedByVisit = new Map(
    links
      .filter(({ status, opened_at }) => opened_at !== null && (status === "linked" || status === "failed"))
      .map((link) => [link.reference, Date.parse(link.updated_at)]),
  );
  const chosenByVisit = new Map(
    entries
      .filter(({ what }) => what === "chose")
      .toReversed()
      .map(({ visitId, atMs }) => [visitId, atMs]),
  );
  const faultedByCustomer = Map.groupBy(
    calls.filter(({ fault }) => fault !== undefined),
    ({ customer }) => customer,
  );
  const disturbed: Took[] = [];
  const undisturbed: Took[] = [];
  for (const { visit, customerId } of visits) {
    const fromMs = chosenByVisit.get(visit.id);
    const toMs = endedByVisit.get(visit.id);
    if (fromMs === undefined || toMs === undefined) continue;
    const within = ({ atMs }: { atMs: number }) => atMs >= fromMs && atMs <= toMs;
    const met = faultedByCustomer.get(customerId)?.some(within) || kills.some(within);
    (met ? disturbed : undisturbed).push({ visitId: visit.id, ms: toMs - fromMs });
  }
  return { disturbed: durations(disturbed), undisturbed: durations(undisturbed) };
}

interface Took {
  visitId: string;
  ms: number;
}

function durations(all: Took[]): Durations {
  const sorted = all.toSorted((left, right) => left.ms - right.ms);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.ms ?? 0;
  return {
    count: sorted.length,
    medianMs: at(0.5),
    p95Ms: at(0.95),
    maxMs: sorted.at(-1)?.ms ?? 0,
    slowest: sorted.at(-1)?.visitId ?? null,
  };
}
