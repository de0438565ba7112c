/** Every number that limits something in the browser, with its unit in the name and its reason beside it. */

/** Plaid's script is a few hundred kB; a phone on a poor network gets it by then, or never. */
export const SCRIPT_TIMEOUT_MS = 20_000;

/** From `Plaid.create()` to `onLoad`. A blocked frame reports nothing, so only a time-out detects it. */
export const LINK_LOAD_TIMEOUT_MS = 20_000;

/** `exit({force})` only posts a message; a dead frame never answers it. */
export const LINK_EXIT_GRACE_MS = 1_000;

/** Plaid sends its events with success or exit, some even later, so its frame is kept that long. */
export const LINK_FLUSH_MS = 500;

/** How long the API is asked to hold an answer: the most that it accepts. */
export const WAIT_S = 25;

/** On top of the time that the API was asked to wait. */
export const REQUEST_TIMEOUT_MS = 15_000;

/** For the page's own endpoint, or its getSession(). */
export const SESSION_TIMEOUT_MS = 15_000;

/** A session token that expires sooner is renewed before it is used. */
export const SESSION_MARGIN_MS = 30_000;

/** A link token that expires sooner is renewed before opening. The API returns the same one until 10 minutes remain. */
export const TOKEN_MARGIN_MS = 300_000;

/** How often one open() prepares again because the page changed the link request; a page that never stops gets an error. */
export const PREPARATIONS_MAX = 10;

/** Back-off between tries of the same request with the same key. */
export const RETRY_FIRST_MS = 500;
export const RETRY_MAX_MS = 10_000;
/** For a request that the customer waits for. */
export const RETRIES_BRIEF = 2;
/** For a finalize request, which carries the customer's consent: about half a minute before "try again" is offered. */
export const RETRIES_PATIENT = 6;

/** Delays between polls of a link that is preparing or finalizing; the API holds each answer for up to WAIT_S. */
export const POLL_FIRST_MS = 500;
export const POLL_FACTOR = 1.5;
export const POLL_MAX_MS = 60_000;
