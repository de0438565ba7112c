/** The ledger's links, as the host's server reads them: with its key, and without triggering any work. */
import { setTimeout as delay } from "node:timers/promises";
import type { Link, ProviderName } from "../../worker/contract.ts";
import { inParallel } from "./in-parallel.ts";
import { LEDGERS_AT_ONCE, SETTLE_POLL_MS, SETTLE_WITHIN_MS } from "./limits.ts";
import { API_KEY } from "./restartable-worker.ts";

export interface Customer {
  provider: ProviderName;
  customerId: string;
}

/**
 * Every customer's links, once all are settled and reported by webhook, or time is up. A list starts no work, so
 * whatever was interrupted is completed by the alarms alone.
 */
export async function readWhenSettled(
  url: string,
  customers: Customer[],
  isReported: (link: Link) => boolean,
  /** Open links that need not be waited for. */
  mayStayOpen: (link: Link) => boolean,
): Promise<Link[]> {
  const linksOf = new Map<string, Link[]>();
  const deadlineMs = Date.now() + SETTLE_WITHIN_MS;
  let waiting = customers;
  for (;;) {
    await inParallel(waiting, LEDGERS_AT_ONCE, async (customer) => {
      linksOf.set(customer.customerId, await readLinks(url, customer));
    });
    waiting = waiting.filter(({ customerId }) =>
      linksOf
        .get(customerId)
        ?.some((link) => (isOpen(link) && !mayStayOpen(link)) || (isEnded(link) && !isReported(link))),
    );
    if (waiting.length === 0 || Date.now() > deadlineMs) return [...linksOf.values()].flat();
    await delay(SETTLE_POLL_MS);
  }
}

export function isOpen({ status }: Link): boolean {
  return status === "preparing" || status === "finalizing";
}

function isEnded({ status }: Link): boolean {
  return status === "linked" || status === "failed";
}

async function readLinks(url: string, { provider, customerId }: Customer): Promise<Link[]> {
  const query = new URLSearchParams({ provider, customer_id: customerId });
  const response = await fetch(`${url}/v1/links?${query}`, {
    headers: { Authorization: `Bearer ${API_KEY}` },
  });
  if (!response.ok) throw new Error(`the ledger answered ${response.status}: ${await response.text()}`);
  const { links }: { links: Link[] } = JSON.parse(await response.text());
  return links;
}
