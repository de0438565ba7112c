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
/** The elements on the page. The object is new each time, so that an element that was removed and re-added is noticed. */
const present = new Map<LinkFlow, object>();

/** Call it once the element has a session; resolves when it is decided which element resumes. */
export async function offerToResume(flow: LinkFlow): Promise<void> {
  present.set(flow, {});
  await decideOnce();
}

/** Leaves what the element was resuming to another one, or to itself when it is re-added. */
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
      const requester = firstFor(null) ?? [...present.keys()][0];
      if (!requester) return;
      const visit = present.get(requester);
      if (isReturn) requester.expectResume();
      let link: Link | null | undefined;
      try {
        link = await findLink(requester.host.api(), toResume);
      } catch {
        // Left to the element, which requests it again and shows what is wrong.
      }
      // Removed meanwhile: another element requests the link, now or when it is added.
      if (present.get(requester) !== visit) continue;
      // A stored link that could not be requested is left to the next element that is added.
      if (link !== undefined || isReturn) redirectReturn = null;
      // The customer or the page has canceled it meanwhile.
      if (isReturn && requester.state.status !== "preparing") return cleanAddress();
      const resumer = link && (firstFor(link.mode === "refresh" ? link.account?.id : null) ?? firstFor(null));
      if (isReturn && resumer && resumer !== requester) requester.reset();
      // A return that fits no element is reported by the requester, as one without a link.
      if (resumer) resumer.resume(toResume, link);
      else if (isReturn) requester.resume(toResume, link && null);
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
