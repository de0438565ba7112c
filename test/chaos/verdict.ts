/** Compares what the providers hold, what the ledger says and what was reported. Pure. */
import type { Link } from "../../worker/contract.ts";
import type { VisitRecord } from "./crowd.ts";
import type { Entry } from "./journal.ts";
import { isOpen } from "./ledger-reader.ts";
import type { HeldAccount } from "./stand-ins.ts";

/**
 * `doubled`: one link created more than one account at the provider.
 * `untrue`: a success was reported or stored that was none, or was another link's or choice's.
 * `unreported`: a link created an account and does not say so.
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
}

export interface Verdict {
  offences: Offence[];
  /** Links that are still preparing or finalizing. */
  open: Link[];
}

export function judge({ visits, held, links, entries }: Evidence): Verdict {
  const heldByNumber = Map.groupBy(held, ({ accountNumber }) => accountNumber);
  const heldById = new Map(held.map((account) => [account.id, account]));
  const linksByVisit = Map.groupBy(links, ({ reference }) => reference);
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
      const error = usable
        ? errorIn(account.id, numbers, record, heldById)
        : `the account is ${account?.status}`;
      if (error) add("untrue", `the ledger: ${error}`);
    }
    for (const { to, link, choice, wasTrue } of reports) {
      if (link?.status !== "linked") continue;
      const error = wasTrue
        ? errorIn(link.accountId, choice === undefined ? numbers : [choice], record, heldById)
        : "it was not so at that moment";
      if (error) add("untrue", `reported to the ${to}: ${error}`);
    }

    for (const account of created) {
      const reported = own.some(
        ({ status, account: linked }) => status === "linked" && linked?.id === account.id,
      );
      if (reported) continue;
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
  return { offences, open: links.filter(isOpen) };
}

/** Why it is wrong to call this link done with this account; `null` if it is right. */
function errorIn(
  accountId: string | null,
  /** Of the accounts that it may be. */
  numbers: readonly (string | null)[],
  { customerId, refreshAccountId }: VisitRecord,
  heldById: ReadonlyMap<string, HeldAccount>,
): string | null {
  const held = accountId === null ? undefined : heldById.get(accountId);
  if (!held) return `no such account at the provider: ${accountId}`;
  if (held.customerId !== customerId) return `account ${held.id} is another customer's`;
  if (!held.live) return `account ${held.id} is ${held.state} at the provider`;
  if (refreshAccountId !== null) {
    return held.id === refreshAccountId ? null : `${held.id} is not the refreshed account`;
  }
  return numbers.includes(held.accountNumber) ? null : `account ${held.id} is another link's or choice's`;
}
