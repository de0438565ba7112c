/** Finds the link that a redirect return belongs to. */
import type { Link } from "../../worker/contract.ts";
import { asBankLinkError } from "../errors.ts";
import type { LinkApi } from "./ports.ts";
import type { RedirectReturn } from "./redirect-return.ts";
import { forgetLinkId } from "./stored-link.ts";

/** `null` when no link is left to resume. The tab's own link comes first: another tab may have opened a newer one. */
export async function findLink(
  api: LinkApi,
  { receivedRedirectUri, redirectUri, linkId }: RedirectReturn,
  signal?: AbortSignal,
): Promise<Link | null> {
  const isReturn = receivedRedirectUri !== null;
  const stored = linkId ? await orNull(api.link(linkId, signal)) : null;
  if (stored && isResumable(stored, isReturn)) return stored;
  if (linkId) forgetLinkId(linkId);
  return isReturn ? orNull(api.current(redirectUri, signal)) : null;
}

// A link that was left for its bank is resumed only by the bank's redirect; an outcome is announced either way.
function isResumable({ status }: Link, isReturn: boolean): boolean {
  return (
    status === "finalizing" || status === "linked" || status === "failed" || (status === "ready" && isReturn)
  );
}

async function orNull(link: Promise<Link>): Promise<Link | null> {
  try {
    return await link;
  } catch (thrown) {
    if (asBankLinkError(thrown).code === "not_found") return null;
    throw thrown;
  }
}
