/** Compares what the providers hold, what the ledger says and what was reported. Pure. */
import type { Link } from "../../worker/contract.ts";
import type { VisitRecord } from "./crowd.ts";
import type { Entry } from "./journal.ts";
import { isOpen } from "./ledger-reader.ts";
import { OPEN_TOO_LONG_MS, TOO_LONG_ALLOWED } from "./limits.ts";
import { findClaimed, type HeldAccount } from "./stand-ins.ts";

/**
 * `doubled`: one link created more than one account at the provider.
 * `untrue`: a success was reported or stored that was none, or was another link's or choice's.
 * `unreported`: a link created an account and does not say so, above all one that says it failed.
 */
export type Figure = "doubled" | "untrue" | "unreported";

export interface Offence {
  figure: Figure;
  visitId: string;
  reason: string;
}

export interface Evidence {
  visits: readonly VisitRecord[];
  held: readonly HeldAccount[];
  links: readonly Link[];
  entries: readonly Entry[];
  /** When the links were read. */
  readAtMs: number;
}

export interface Verdict {
  offences: Offence[];
  /** Links that are still preparing or finalizing. */
  open: Link[];
  /** The same, because Cybrid holds an account that contradicts what Plaid Link told of it. */
  openByDesign: Link[];
  /** Links that the Worker needed longer for than `OPEN_TOO_LONG_MS`, still open or not. */
  tooLong: Link[];
}

/** Whether the run ends with exit code 0. */
export function passes({ offences, tooLong }: Verdict, linkCount: number): boolean {
  return offences.length === 0 && tooLong.length * TOO_LONG_ALLOWED.of <= TOO_LONG_ALLOWED.links * linkCount;
}

export function judge({ visits, held, links, entries, readAtMs }: Evidence): Verdict {
  const heldByNumber = Map.groupBy(held, ({ accountNumber }) => accountNumber);
  const linksByVisit = Map.groupBy(links, ({ reference }) => reference);
  const updatedIds = new Set(entries.flatMap(({ updatedAccountId }) => updatedAccountId ?? []));
  const entriesByVisit = Map.groupBy(entries, ({ visitId }) => visitId);

  const offences = visits.flatMap((record) => {
    const { visit, choices } = record;
    const found: Offence[] = [];
    const add = (figure: Figure, reason: string) => {
      found.push({ figure, visitId: visit.id, reason });
    };
    const numbers = choices.map(({ accountNumber }) => accountNumber);
    const created = numbers.flatMap((number) => heldByNumber.get(number) ?? []).filter(({ live }) => live);
    const own = linksByVisit.get(visit.id) ?? [];
    const reports = entriesByVisit.get(visit.id) ?? [];

    if (created.length > 1) add("doubled", `${created.length} accounts: ${created.map(({ id }) => id)}`);

    for (const { account } of own.filter(({ status }) => status === "linked")) {
      const usable = account?.status === "active" || account?.status === "unverified";
      const error = usable ? errorIn(account.id, numbers, record, held) : `the account is ${account?.status}`;
      if (error) add("untrue", `the ledger: ${error}`);
    }
    for (const { to, link, choice, wasTrue } of reports) {
      if (link?.status !== "linked") continue;
      const error = wasTrue
        ? errorIn(link.accountId, choice === undefined ? numbers : [choice], record, held)
        : "it was not so at that moment";
      if (error) add("untrue", `reported to the ${to}: ${error}`);
    }

    for (const account of created) {
      const isReported = own.some((link) => {
        switch (link.status) {
          case "linked":
            return findClaimed(created, link.account?.id ?? null, visit.id)?.id === account.id;
          case "failed":
            return updatedIds.has(account.id);
          default:
            return isOpenByDesign(link, record, held);
        }
      });
      if (isReported) continue;
      const statuses = own.map(({ status }) => status).join(", ") || "no link";
      add("unreported", `account ${account.id}, but the ledger says: ${statuses}`);
    }
    for (const { id } of own.filter(({ status }) => status === "linked")) {
      const ofLink = reports.filter(({ link }) => link?.id === id);
      const denied = ofLink.find(({ link }) => link?.status === "failed");
      if (denied) add("unreported", `it was reported to the ${denied.to} that ${id} failed`);
      if (!ofLink.some(({ to }) => to === "webhook")) add("unreported", `no webhook reported ${id}`);
    }
    return found;
  });

  const visitsById = new Map<string | null, VisitRecord>(visits.map((record) => [record.visit.id, record]));
  const isByDesign = (link: Link) => isOpenByDesign(link, visitsById.get(link.reference), held);
  const [openByDesign, open] = [
    links.filter(isByDesign),
    links.filter((link) => isOpen(link) && !isByDesign(link)),
  ];
  const tooLong = links.filter((link) => !isByDesign(link) && openMs(link, readAtMs) > OPEN_TOO_LONG_MS);
  return { offences, open, openByDesign, tooLong };
}

/** Cybrid holds an account that contradicts Plaid Link: not adopted, and not posted over until the token's end. */
export function isOpenByDesign(
  link: Link,
  record: VisitRecord | undefined,
  held: readonly HeldAccount[],
): boolean {
  if (link.status !== "finalizing" || !record?.visit.contradicts) return false;
  return record.choices.some(({ accountNumber }) =>
    held.some((account) => account.live && account.accountNumber === accountNumber),
  );
}

/** How long the Worker was at work on it; the customer's time at the bank is next to nothing here. */
export function openMs(link: Link, nowMs: number): number {
  const endedAtMs = isOpen(link) ? nowMs : Date.parse(link.updated_at);
  return endedAtMs - Date.parse(link.opened_at ?? link.created_at);
}

/** Why it is wrong to call this link done with this account; `null` if it is right. */
function errorIn(
  accountId: string | null,
  /** Of the accounts that it may be. */
  numbers: readonly (string | null)[],
  { visit, customerId, refreshAccountId }: VisitRecord,
  allHeld: readonly HeldAccount[],
): string | null {
  const held = findClaimed(allHeld, accountId, visit.id);
  if (!held) return `no such account at the provider: ${accountId}`;
  if (held.customerId !== customerId) return `account ${held.id} is another customer's`;
  if (!held.live) return `account ${held.id} is ${held.state} at the provider`;
  if (refreshAccountId !== null) {
    return held.id === refreshAccountId ? null : `${held.id} is not the refreshed account`;
  }
  return numbers.includes(held.accountNumber) ? null : `account ${held.id} is another link's or choice's`;
}
