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
  /** From anywhere. */
  | "reset";

const MOVES: Record<LinkState, Partial<Record<Exclude<LinkAction, "reset">, LinkState>>> = {
  idle: { prepare: "preparing", finalize: "finalizing" },
  preparing: { prepared: "ready", finalize: "finalizing", fail: "failed" },
  // A token about to expire is renewed before opening, a refused one after.
  ready: { open: "open", prepare: "preparing", fail: "failed" },
  open: { finalize: "finalizing", exit: "canceled", prepare: "preparing", fail: "failed" },
  finalizing: { linked: "linked", fail: "failed" },
  linked: { prepare: "preparing" },
  canceled: { prepare: "preparing" },
  // Finalizing again is what "try again" means while the outcome of the first try is unknown.
  failed: { prepare: "preparing", finalize: "finalizing" },
};

/** The state after `action`; the same state when the action means nothing there. */
export function next(state: LinkState, action: LinkAction): LinkState {
  return action === "reset" ? "idle" : (MOVES[state][action] ?? state);
}

/** Something is under way that a person waits for. */
export function isBusy(state: LinkState): boolean {
  return state === "preparing" || state === "open" || state === "finalizing";
}
