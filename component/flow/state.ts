/** The states of a <bank-link>, each with its data, and the moves between them. Pure. */
import type { Link, LinkWith } from "../../worker/contract.ts";
import type { LinkApi, PlaidLinkHandler } from "./ports.ts";

/** Where a `<bank-link>` is between the first click and the outcome. */
export type LinkState =
  /** Nothing has happened. */
  | "idle"
  /** A link is being created, and Plaid Link loaded. */
  | "preparing"
  /** Plaid Link can open at once. */
  | "ready"
  /** The customer is in Plaid Link. */
  | "open"
  /** The customer has completed Plaid Link, and the account is being created. */
  | "finalizing"
  /** The provider says that the account exists. */
  | "linked"
  /** The customer left without linking. */
  | "canceled"
  /** Something went wrong; the status line says what, and trying again is offered. */
  | "failed";

export type FlowState =
  | { status: "idle"; link: null }
  | { status: "preparing"; link: LinkWith<"ready"> | null }
  | ReadyState
  | OpenState
  /** `isPending`: the provider needs longer, and the page has been notified. */
  | { status: "finalizing"; link: Link; isPending: boolean }
  | { status: "linked"; link: LinkWith<"linked"> }
  | { status: "canceled"; link: LinkWith<"ready">; message: string }
  | { status: "failed"; link: Link | null; message: string };

interface Launch {
  api: LinkApi;
  link: LinkWith<"ready">;
  handler: PlaidLinkHandler;
}

export interface ReadyState extends Launch {
  status: "ready";
}

export interface OpenState extends Launch {
  status: "open";
}

/** `idle` can be reached from everywhere. */
const MOVES: Record<LinkState, readonly LinkState[]> = {
  idle: ["preparing"],
  // To itself: its link has been created.
  preparing: ["preparing", "ready", "finalizing", "failed"],
  // Back to preparing: the link token is about to expire, or the link request has changed.
  ready: ["open", "preparing", "failed"],
  // Back to preparing: Plaid has rejected the link token.
  open: ["finalizing", "canceled", "preparing", "failed"],
  // To itself: the provider needs longer.
  finalizing: ["finalizing", "linked", "failed"],
  linked: ["preparing"],
  canceled: ["preparing"],
  // To finalizing: "try again" repeats a finalization whose outcome is unknown.
  failed: ["preparing", "finalizing"],
};

/** The state after a move from `from` to `to`, or `null` where there is no such move. */
export function next(from: LinkState, to: FlowState): FlowState | null {
  return to.status === "idle" || MOVES[from].includes(to.status) ? to : null;
}
