/** Where a <bank-link> stands, and the only ways from there. */

export type LinkState =
  | "idle"
  /** A link token is being fetched, and Link loaded with it. */
  | "preparing"
  /** Link could open now. */
  | "ready"
  | "open"
  /** The bank agreed; the API makes it true. */
  | "finalizing"
  /** The API said `linked`. Nothing else leads here. */
  | "linked"
  /** Left without linking. */
  | "canceled"
  | "failed";

const WAYS: Record<LinkState, readonly LinkState[]> = {
  idle: ["preparing", "finalizing"],
  preparing: ["ready", "finalizing", "failed"],
  // A token about to expire is renewed before opening, a refused one after.
  ready: ["open", "preparing", "failed"],
  open: ["finalizing", "canceled", "preparing", "failed"],
  finalizing: ["linked", "failed"],
  linked: ["preparing"],
  canceled: ["preparing"],
  // Finalizing again is what "try again" means while the outcome of the first try is unknown.
  failed: ["preparing", "finalizing"],
};

/** `wanted`, where there is a way to it; otherwise it stays as it is. To `idle` there is one from anywhere. */
export function next(state: LinkState, wanted: LinkState): LinkState {
  return wanted === "idle" || WAYS[state].includes(wanted) ? wanted : state;
}
