/** Finds the link that an arrival belongs to. */
import type { Link } from "../../worker/contract.ts";
import type { ApiClient } from "../api/client.ts";
import type { BankLinkError } from "../errors.ts";
import { type Arrival, forgetLinkId } from "./redirect-return.ts";

/** Null when there is none that matters any more. The tab's own link comes first: another tab may have opened a newer. */
export async function findLink(api: ApiClient, arrival: Arrival, signal?: AbortSignal): Promise<Link | null> {
  const isBack = arrival.receivedRedirectUri !== null;
  const kept = arrival.linkId ? await orNull(api.link(arrival.linkId, signal, 0)) : null;
  if (kept && matters(kept, isBack)) return kept;
  if (arrival.linkId) forgetLinkId(arrival.linkId);
  return isBack ? orNull(api.currentLink(arrival.redirectUri, signal)) : null;
}

// A link that was left for its bank goes on only when the bank sends the customer back; an outcome is told either way.
function matters({ status }: Link, isBack: boolean): boolean {
  return (
    status === "finalizing" || status === "linked" || status === "failed" || (status === "ready" && isBack)
  );
}

async function orNull(asked: Promise<Link>): Promise<Link | null> {
  try {
    return await asked;
  } catch (thrown) {
    if ((thrown as BankLinkError).code === "not_found") return null;
    throw thrown;
  }
}
