/** Every number that limits something in the browser, its unit in its name and its reason beside it. */

/** Plaid's script is a few hundred kB; a phone on a poor network gets it by then, or never. */
export const SCRIPT_TIMEOUT_MS = 20_000;

/** From `Plaid.create()` to `onLoad`. A blocked frame says nothing at all, so only time can tell. */
export const LINK_LOAD_TIMEOUT_MS = 20_000;

/** `exit({force})` only posts a message; a dead frame never answers it. */
export const LINK_EXIT_GRACE_MS = 1_000;

/** Plaid flushes its events with success or exit, some even after, so its frame stays that long. */
export const LINK_FLUSH_MS = 500;

/** What the API is asked to hold an answer: the most it takes. */
export const WAIT_S = 25;

/** On top of the time that the API was asked to wait. */
export const REQUEST_TIMEOUT_MS = 15_000;

/** The host's own endpoint, or its getSession(). */
export const SESSION_TIMEOUT_MS = 15_000;

/** A session token this close to its end is renewed before it is used. */
export const SESSION_MARGIN_MS = 30_000;

/** A token with less time left is renewed before opening. The API hands the same one out until 10 minutes. */
export const TOKEN_MARGIN_MS = 300_000;

/** How often one opening is prepared anew: a page may change what it wishes meanwhile; one that never stops is told. */
export const ROUNDS_MAX = 10;

/** Waits between tries of the same request with the same key. */
export const RETRY_FIRST_MS = 500;
export const RETRY_MAX_MS = 10_000;
/** A request that a person waits for … */
export const RETRIES_BRIEF = 2;
/** … and one that carries a customer's consent: about half a minute before "try again" is offered. */
export const RETRIES_PATIENT = 6;

/** Between looks at a link that the provider still works on; each look itself holds up to WAIT_S. */
export const FOLLOW_FIRST_MS = 500;
export const FOLLOW_FACTOR = 1.5;
export const FOLLOW_MAX_MS = 60_000;
