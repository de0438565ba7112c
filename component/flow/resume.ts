/** Who goes on with what the page brought along: one element of all that are on it, and only once. */
import type { Link } from "../../worker/contract.ts";
import { findLink } from "./find.ts";
import type { LinkFlow } from "./flow.ts";
import { type Arrival, cleanAddress, keptLinkId, readArrival } from "./redirect-return.ts";

// Read as soon as the module is evaluated, since a router may strip the address after.
let arrival = typeof location === "undefined" ? null : readArrival(location.href, keptLinkId());
let decision: Promise<void> | null = null;
/** Those on the page, each with a stay of its own: one that goes and comes again is on another. */
const present = new Map<LinkFlow, object>();

/** Call it once the element could ask the API; resolves when it is clear who goes on. */
export async function offerToResume(flow: LinkFlow): Promise<void> {
  present.set(flow, {});
  await decideOnce();
}

/** Whatever it had taken and not come to the end of is for another one, or for itself when it comes again. */
export function withdrawFromResuming(flow: LinkFlow): void {
  present.delete(flow);
  if (!flow.arrival) return;
  arrival = flow.arrival;
  flow.arrival = null;
  void decideOnce();
}

async function decideOnce(): Promise<void> {
  if (!arrival) return;
  decision ??= decide(arrival);
  await decision;
}

async function decide(brought: Arrival): Promise<void> {
  const isBack = brought.receivedRedirectUri !== null;
  try {
    // The other elements of the page come in the same turn.
    await new Promise((resolve) => setTimeout(resolve));
    for (;;) {
      const asking = firstFor(null) ?? [...present.keys()][0];
      if (!asking) return;
      const stay = present.get(asking);
      if (isBack) asking.expect();
      let link: Link | null | undefined;
      try {
        link = await findLink(asking.host.apiClient(), brought);
      } catch {
        // Left to the element, which asks again and shows what is wrong.
      }
      // Removed while it asked: another one asks, now or when it comes.
      if (present.get(asking) !== stay) continue;
      // An outcome that could not be asked for is asked for again by the next element that comes.
      if (link !== undefined || isBack) arrival = null;
      // The customer, or the page, has called it off meanwhile.
      if (isBack && asking.state !== "preparing") return cleanAddress();
      const taking = link && (firstFor(link.mode === "refresh" ? link.account?.id : null) ?? firstFor(null));
      if (isBack && taking && taking !== asking) asking.reset();
      // A return that fits nobody is told by whoever asked, as one that nothing waits for.
      if (taking) taking.resume(brought, link);
      else if (isBack) asking.resume(brought, link && null);
      return;
    }
  } finally {
    decision = null;
  }
}

/** The first that came, which is the first of the page, for this account; `null`: the first for linking. */
function firstFor(refreshAccount: string | null | undefined): LinkFlow | undefined {
  return [...present.keys()].find(({ host }) => (host.element.refreshAccount || null) === refreshAccount);
}
