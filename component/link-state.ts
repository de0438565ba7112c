/** Where a <bank-link> stands, and the only ways from there. */

export type LinkState =
  | "idle"
  | "preparing"
  | "ready"
  | "open"
  | "finalizing"
  | "linked"
  | "canceled"
  | "failed";

export type LinkAction =
  /** A link token is being fetched, and Link loaded with it. */
  | "prepare"
  /** Link could open now. */
  | "prepared"
  | "open"
  /** Left without linking. */
  | "exit"
  /** The bank agreed; the API makes it true. */
  | "finalize"
  /** The API said `linked`. Nothing else leads to success. */
  | "linked"
  | "fail"
  | "reset";

const MOVES: Record<LinkState, Partial<Record<LinkAction, LinkState>>> = {
  idle: { prepare: "preparing", finalize: "finalizing" },
  preparing: { prepared: "ready", finalize: "finalizing", fail: "failed", reset: "idle" },
  // A token about to expire is renewed before opening, a refused one after.
  ready: { open: "open", prepare: "preparing", fail: "failed", reset: "idle" },
  open: { finalize: "finalizing", exit: "canceled", prepare: "preparing", fail: "failed", reset: "idle" },
  finalizing: { linked: "linked", fail: "failed", reset: "idle" },
  linked: { prepare: "preparing", reset: "idle" },
  canceled: { prepare: "preparing", reset: "idle" },
  // Finalizing again is what "try again" means while the outcome of the first try is unknown.
  failed: { prepare: "preparing", finalize: "finalizing", reset: "idle" },
};

/** The state after `action`; the same state when the action means nothing there. */
export function next(state: LinkState, action: LinkAction): LinkState {
  return MOVES[state][action] ?? state;
}

/** Something is under way that a person waits for. */
export function isBusy(state: LinkState): boolean {
  return state === "preparing" || state === "open" || state === "finalizing";
}
