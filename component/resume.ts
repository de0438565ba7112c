/** Who goes on with what the page brought along: one element of all that are on it, and only once. */
import type { Link } from "../worker/contract.ts";
import type { ApiClient } from "./api-client.ts";
import { type Arrival, cleanAddress, keptLinkId, readArrival } from "./arrival.ts";
import { findLink } from "./find-link.ts";
import type { LinkFlow } from "./link-flow.ts";

/** An element that could take it. */
export interface Resumer {
  readonly element: HTMLElement & { readonly refreshAccount: string | null };
  readonly flow: LinkFlow;
  apiClient(): ApiClient;
}

// Read as soon as the module is evaluated, since a router may strip the address after.
let arrival = typeof location === "undefined" ? null : readArrival(location.href, keptLinkId());
let decision: Promise<void> | null = null;
const present = new Set<Resumer>();

/** Call it once the element could ask the API; resolves when it is clear who goes on. */
export async function offerToResume(resumer: Resumer): Promise<void> {
  present.add(resumer);
  if (!arrival) return;
  decision ??= decide(arrival).finally(() => {
    decision = null;
  });
  await decision;
}

export function withdrawFromResuming(resumer: Resumer): void {
  present.delete(resumer);
}

async function decide(brought: Arrival): Promise<void> {
  const isBack = brought.receivedRedirectUri !== null;
  // The other elements of the page come in the same turn.
  await new Promise((resolve) => setTimeout(resolve));
  for (;;) {
    const asking = first(isForLinking) ?? first(() => true);
    if (!asking) return;
    if (isBack) asking.flow.expect();
    let link: Link | null | undefined;
    try {
      link = await findLink(asking.apiClient(), brought);
    } catch {
      // Left to the element, which asks again and shows what is wrong.
    }
    // Removed while it asked: another one asks, now or when it comes.
    if (!present.has(asking)) continue;
    // An outcome that could not be asked for is asked for again by the next element that comes.
    if (link !== undefined || isBack) arrival = null;
    if (!link && !isBack) return;
    // The customer, or the page, has called it off meanwhile.
    if (isBack && asking.flow.state !== "preparing") return cleanAddress();
    const taking = link ? (first((one) => isFor(one, link)) ?? first(isForLinking)) : asking;
    if (isBack && taking !== asking) asking.flow.reset();
    if (taking) taking.flow.resume(brought, link);
    else cleanAddress();
    return;
  }
}

// In the order in which they came, which is that of the page.
function first(is: (resumer: Resumer) => boolean): Resumer | undefined {
  return [...present].find(is);
}

function isForLinking({ element }: Resumer): boolean {
  return !element.refreshAccount;
}

function isFor(resumer: Resumer, link: Link): boolean {
  return link.mode === "link" ? isForLinking(resumer) : resumer.element.refreshAccount === link.account?.id;
}
