/** Decides which element resumes a redirect return or a stored link: one of all on the page, and only once. */
import type { Link } from "../../worker/contract.ts";
import { findLink } from "./find.ts";
import type { LinkFlow } from "./flow.ts";
import { cleanAddress, type RedirectReturn, readRedirectReturn } from "./redirect-return.ts";
import { storedLinkId } from "./stored-link.ts";

// Read as soon as the module is evaluated, since a router may change the address afterwards.
let redirectReturn =
  typeof location === "undefined" ? null : readRedirectReturn(location.href, storedLinkId());
let decision: Promise<void> | null = null;
/** The elements on the page, each with an object for its stay: one that is removed and added again has another. */
const present = new Map<LinkFlow, object>();

/** Call it once the element has a session; resolves when it is decided which element resumes. */
export async function offerToResume(flow: LinkFlow): Promise<void> {
  present.set(flow, {});
  await decideOnce();
}

/** What the element was resuming is left to another one, or to itself when it is added again. */
export function withdrawFromResuming(flow: LinkFlow): void {
  present.delete(flow);
  if (!flow.redirectReturn) return;
  redirectReturn = flow.redirectReturn;
  flow.redirectReturn = null;
  void decideOnce();
}

async function decideOnce(): Promise<void> {
  if (!redirectReturn) return;
  decision ??= decide(redirectReturn);
  await decision;
}

async function decide(toResume: RedirectReturn): Promise<void> {
  const isReturn = toResume.receivedRedirectUri !== null;
  try {
    // The other elements of the page are added in the same task.
    await new Promise((resolve) => setTimeout(resolve));
    for (;;) {
      const asking = firstFor(null) ?? [...present.keys()][0];
      if (!asking) return;
      const stay = present.get(asking);
      if (isReturn) asking.expectResume();
      let link: Link | null | undefined;
      try {
        link = await findLink(asking.host.api(), toResume);
      } catch {
        // Left to the element, which asks again and shows what is wrong.
      }
      // Removed meanwhile: another element asks, now or when it is added.
      if (present.get(asking) !== stay) continue;
      // A stored link that could not be asked for is left to the next element that is added.
      if (link !== undefined || isReturn) redirectReturn = null;
      // The customer or the page has called it off meanwhile.
      if (isReturn && asking.state.status !== "preparing") return cleanAddress();
      const taking = link && (firstFor(link.mode === "refresh" ? link.account?.id : null) ?? firstFor(null));
      if (isReturn && taking && taking !== asking) asking.reset();
      // A return that fits no element is reported by the one that asked, as one with no link.
      if (taking) taking.resume(toResume, link);
      else if (isReturn) asking.resume(toResume, link && null);
      return;
    }
  } finally {
    decision = null;
  }
}

/** The first on the page that refreshes this account; `null`: the first that links a new one. */
function firstFor(refreshAccount: string | null | undefined): LinkFlow | undefined {
  return [...present.keys()].find(({ host }) => (host.element.refreshAccount || null) === refreshAccount);
}
