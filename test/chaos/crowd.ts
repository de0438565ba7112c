/** All customers of a run, a limited number at a time, and a record of each visit. */
import type { ProviderName } from "../../worker/contract.ts";
import { Browser, type Choice } from "./browser.ts";
import { EdgeClient } from "./edge-client.ts";
import { inParallel } from "./in-parallel.ts";
import type { Journal } from "./journal.ts";
import { CUSTOMERS_AT_ONCE } from "./limits.ts";
import type { CustomerPlan, Visit } from "./plan.ts";
import type { StandIns } from "./stand-ins.ts";

export interface VisitRecord {
  visit: Visit;
  provider: ProviderName;
  customerId: string;
  /** One, or two in two tabs. */
  choices: Choice[];
  /** `null` also for a refresh that found nothing to refresh and became a link. */
  refreshAccountId: string | null;
}

export class Crowd {
  readonly visits: VisitRecord[] = [];
  /** Visits that are over. */
  done = 0;
  readonly #url: string;
  readonly #standIns: StandIns;
  readonly #journal: Journal;

  constructor(url: string, standIns: StandIns, journal: Journal) {
    this.#url = url;
    this.#standIns = standIns;
    this.#journal = journal;
  }

  async run(plans: readonly CustomerPlan[]): Promise<void> {
    await inParallel(plans, CUSTOMERS_AT_ONCE, (plan, index) => this.#customer(plan, index));
  }

  async #customer({ provider, type, rounds }: CustomerPlan, index: number): Promise<void> {
    const customerId =
      provider === "cybrid" ? this.#standIns.cybrid.addCustomer({ type }) : `member-${index + 1}`;
    const edge = await EdgeClient.forCustomer(this.#url, provider, customerId);
    for (const round of rounds) {
      await Promise.all(
        round.map(async (visit) => {
          const refreshAccountId = visit.mode === "refresh" ? this.#expireAccountOf(customerId) : null;
          const record: VisitRecord = {
            visit,
            provider,
            customerId,
            choices: [],
            refreshAccountId,
          };
          this.visits.push(record);
          const browser = new Browser({
            visit,
            provider,
            customerId,
            edge,
            standIns: this.#standIns,
            journal: this.#journal,
            refreshAccountId,
            onChosen: (choice) => {
              record.choices.push(choice);
            },
          });
          await browser.run();
          this.done += 1;
        }),
      );
    }
  }

  /** Only of a link reported as linked: a connection does not expire while its account is being created. */
  #expireAccountOf(customerId: string): string | null {
    const linked = this.#journal.entries.find(
      (entry) => entry.customerId === customerId && entry.link?.status === "linked",
    );
    const accountId = linked?.link?.accountId ?? null;
    if (accountId !== null) this.#standIns.cybrid.forceState(accountId, "refresh_required");
    return accountId;
  }
}
