/** Which links are told of in full: those that offend, those still open, and those somebody asked for. Pure. */
import type { VisitRecord } from "./crowd.ts";
import { STORIES_MAX } from "./limits.ts";
import type { Durations } from "./recovery.ts";
import { type StoryEvidence, tellStory } from "./story.ts";
import type { Verdict } from "./verdict.ts";

export interface StoriesEvidence extends StoryEvidence {
  seed: number;
  verdict: Verdict;
  recovery: { disturbed: Durations };
  /** `slowest`, or the code of a problem that ended links. */
  also: string | undefined;
}

export function tellStories(evidence: StoriesEvidence): string[] {
  const named = nameVisits(evidence);
  return [
    ...named.map(({ visitId, about }) => `\n${visitId} ${about}`),
    ...customersOf(evidence.visits, named)
      .slice(0, STORIES_MAX)
      .flatMap((record) => [
        `\n── the story of ${record.visit.id} and its customer, seed ${evidence.seed}`,
        ...tellStory(record, evidence),
      ]),
  ];
}

function nameVisits({ verdict, recovery, links, also }: StoriesEvidence) {
  const slowest = also === "slowest" ? recovery.disturbed.slowest : null;
  return [
    ...verdict.offences.map(({ figure, visitId, reason }) => ({ visitId, about: `${figure}: ${reason}` })),
    ...verdict.open.map(({ id, status, reference }) => ({
      visitId: reference ?? "",
      about: `still ${status}: ${id}`,
    })),
    ...links
      .filter(({ problem }) => problem && problem.code === also)
      .map(({ reference }) => ({ visitId: reference ?? "", about: `failed: ${also}` })),
    ...(slowest === null ? [] : [{ visitId: slowest, about: "slowest" }]),
  ];
}

/** One visit of each customer, since a story is the customer's. */
function customersOf(visits: readonly VisitRecord[], named: readonly { visitId: string }[]): VisitRecord[] {
  const byCustomer = new Map<string, VisitRecord>();
  for (const { visitId } of named) {
    const record = visits.find(({ visit }) => visit.id === visitId);
    if (record && !byCustomer.has(record.customerId)) byCustomer.set(record.customerId, record);
  }
  return [...byCustomer.values()];
}
