/** Which links get a timeline: those that offend, those still open, and those selected by `--show`. Pure. */
import type { VisitRecord } from "./crowd.ts";
import { TIMELINES_MAX } from "./limits.ts";
import type { Durations } from "./recovery.ts";
import { type TimelineEvidence, timeline } from "./timeline.ts";
import type { Verdict } from "./verdict.ts";

export interface TimelinesEvidence extends TimelineEvidence {
  seed: number;
  verdict: Verdict;
  recovery: { disturbed: Durations };
  /** `slowest`, or the code of a problem that links ended with. */
  show: string | undefined;
}

export function timelines(evidence: TimelinesEvidence): string[] {
  const listed = listVisits(evidence);
  return [
    ...listed.map(({ visitId, about }) => `\n${visitId} ${about}`),
    ...onePerCustomer(evidence.visits, listed)
      .slice(0, TIMELINES_MAX)
      .flatMap((record) => [
        `\n── timeline of ${record.visit.id} and its customer, seed ${evidence.seed}`,
        ...timeline(record, evidence),
      ]),
  ];
}

function listVisits({ verdict, recovery, links, show }: TimelinesEvidence) {
  const slowest = show === "slowest" ? recovery.disturbed.slowest : null;
  return [
    ...verdict.offences.map(({ figure, visitId, reason }) => ({ visitId, about: `${figure}: ${reason}` })),
    ...verdict.open.map(({ id, status, reference }) => ({
      visitId: reference ?? "",
      about: `still ${status}: ${id}`,
    })),
    ...verdict.tooLong.map(({ id, reference }) => ({
      visitId: reference ?? "",
      about: `open too long: ${id}`,
    })),
    ...links
      .filter(({ problem }) => problem && problem.code === show)
      .map(({ reference }) => ({ visitId: reference ?? "", about: `failed: ${show}` })),
    ...(slowest === null ? [] : [{ visitId: slowest, about: "slowest" }]),
  ];
}

/** A timeline covers its customer, so one visit of each is enough. */
function onePerCustomer(
  visits: readonly VisitRecord[],
  listed: readonly { visitId: string }[],
): VisitRecord[] {
  const byCustomer = new Map<string, VisitRecord>();
  for (const { visitId } of listed) {
    const record = visits.find(({ visit }) => visit.id === visitId);
    if (record && !byCustomer.has(record.customerId)) byCustomer.set(record.customerId, record);
  }
  return [...byCustomer.values()];
}
