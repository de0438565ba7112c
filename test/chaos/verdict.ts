/** Holds against each other what the providers hold, what the ledger says and what people were told. Pure. */
import type { Link } from "../../worker/contract.ts";
import type { VisitRecord } from "./crowd.ts";
import type { Entry } from "./journal.ts";
import { isOpen } from "./ledger-reader.ts";
import type { HeldAccount } from "./stand-ins.ts";

/**
 * `doubled`: more accounts at the provider than one from one link.
 * `untrue`: a success that was told or written down, and was none, or was another link's or choice's.
 * `unreported`: an account that a link made, and whose link does not say so.
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
  /** Links that are not at rest. */
  open: Link[];
}

export function judge({ visits, held, links, entries }: Evidence): Verdict {
  const heldByNumber = Map.groupBy(held, ({ accountNumber }) => accountNumber);
  const heldById = new Map(held.map((account) => [account.id, account]));
  const linksByVisit = Map.groupBy(links, ({ reference }) => reference);
  const entriesByVisit = Map.groupBy(entries, ({ visitId }) => visitId);

  const offences = visits.flatMap((record) => {
    const { visit, choices } = record;
    const accused = (figure: Figure, reason: string): Offence => ({ figure, visitId: visit.id, reason });
    const numbers = choices.map(({ accountNumber }) => accountNumber);
    const made = numbers.flatMap((number) => heldByNumber.get(number) ?? []).filter(({ live }) => live);
    const own = linksByVisit.get(visit.id) ?? [];
    const told = entriesByVisit.get(visit.id) ?? [];
    const found: Offence[] = [];

    if (made.length > 1)
      found.push(accused("doubled", `${made.length} accounts: ${made.map(({ id }) => id)}`));

    for (const { account } of own.filter(({ status }) => status === "linked")) {
      const usable = account?.status === "active" || account?.status === "unverified";
      const lie = usable ? lieIn(account.id, numbers, record, heldById) : `the account is ${account?.status}`;
      if (lie) found.push(accused("untrue", `the ledger: ${lie}`));
    }
    for (const { to, said, choice, trueWhenTold } of told) {
      if (said?.status !== "linked") continue;
      const lie = trueWhenTold
        ? lieIn(said.accountId, choice === undefined ? numbers : [choice], record, heldById)
        : "it was not so when told";
      if (lie) found.push(accused("untrue", `told to the ${to}: ${lie}`));
    }

    for (const account of made) {
      const reported = own.some(
        ({ status, account: said }) => status === "linked" && said?.id === account.id,
      );
      if (!reported) {
        const statuses = own.map(({ status }) => status).join(", ") || "no link";
        found.push(accused("unreported", `account ${account.id}, but the ledger says: ${statuses}`));
      }
    }
    for (const link of own.filter(({ status }) => status === "linked")) {
      const ofLink = told.filter(({ said }) => said?.linkId === link.id);
      const denied = ofLink.find(({ said }) => said?.status === "failed");
      if (denied) found.push(accused("unreported", `the ${denied.to} was told that ${link.id} failed`));
      const webhook = ofLink.some(({ to }) => to === "webhook");
      if (!webhook) found.push(accused("unreported", `no webhook told of ${link.id}`));
    }
    return found;
  });
  return { offences, open: links.filter(isOpen) };
}

/** Why it is wrong to call this link done with this account; `null` when it is right. */
function lieIn(
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
