/** Every number of the fault run, its unit in its name and its reason beside it. */
import { DOUBT_MARGIN_SHARE, EMPTY_LOOKUPS_BEFORE_POST } from "../../worker/limits.ts";

/** A full run; CI takes fewer. */
export const LINKS_DEFAULT = 5_000;
export const KILLS_DEFAULT = 20;
/** Fewer links mean fewer kills, so that there is work between two of them. */
export const LINKS_PER_KILL_MIN = 50;
/** Of all calls to a provider. */
export const FAULTY_SHARE = 0.25;
/** Access tokens live half an hour and more; in a run of minutes, one that expires every few seconds is plenty. */
export const EXPIRED_TOKEN_SHARE = 0.003;

/** Short, so that lost answers cost little time; the waits below are multiples of it. */
export const UPSTREAM_TIMEOUT_S = 2;
const UPSTREAM_TIMEOUT_MS = UPSTREAM_TIMEOUT_S * 1_000;

/** The Worker first looks an account up this long after a post whose answer was lost … */
const FIRST_LOOKUP_MS = UPSTREAM_TIMEOUT_MS * (1 + DOUBT_MARGIN_SHARE);
/** … and concludes after this lookup that nothing was created. */
const LAST_LOOKUP_MS = FIRST_LOOKUP_MS + (EMPTY_LOOKUPS_BEFORE_POST - 1) * UPSTREAM_TIMEOUT_MS;
/** A busy machine delays calls; a real network would too. */
const TRANSIT_MS = 1_200;

/** The latest that a list may show a new account: after the first lookup, before the last. */
export const LIST_LAG_MS = LAST_LOOKUP_MS - TRANSIT_MS;
/** In the row of late lists: as late as a machine that is not too busy allows. */
export const LATE_LIST_LAG_MS = LAST_LOOKUP_MS - 800;
export const LATE_LIST_SHARE = 0.5;
/** Of all links of the row. */
export const CONTRADICTING_SHARE = 0.3;
/** Gateways answer in the provider's stead now and then, and all the time in a burst. */
export const GATEWAY_SHARE = 0.1;
export const GATEWAY_BURST_EVERY_MS = 15_000;
export const GATEWAY_BURST_MS = 3_000;
/** Of the calls that create an account. */
export const ODD_BODY_SHARE = 0.5;
/** Work that completes after the Worker has given up on the call, and before its first lookup. */
export const WORK_AFTER_TIMEOUT_MS = { from: UPSTREAM_TIMEOUT_MS + 50, to: FIRST_LOOKUP_MS - 100 } as const;
export const SLOW_MS = { from: 50, to: UPSTREAM_TIMEOUT_MS * 0.7 } as const;

/** The providers' asynchronous states: long enough to be seen, short enough for thousands of links. */
export const WORKFLOW_MS = 150;
export const LINK_TOKEN_LAG_MS = 40;
export const ACCOUNT_MS = 250;

/** Concurrent customers; each has one or two browsers open. */
export const CUSTOMERS_AT_ONCE = 40;
/** Fewer than LINKS_PER_HOUR allows, failed attempts included. */
export const VISITS_PER_CUSTOMER_MAX = 4;
/** A link that failed with a retryable problem is retried this often, as a person would. */
export const CREATE_TRIES = 3;

/** What the element sends as `Prefer: wait`. */
export const WAIT_S = 10;
export const REQUEST_TIMEOUT_MS = WAIT_S * 1_000 + 10_000;
export const RETRY_FIRST_MS = 200;
export const RETRY_MAX_MS = 2_000;
/** How long a person waits: longer than a restart and a recovery. */
export const PATIENCE_MS = 20_000;

export const PROGRESS_POLL_MS = 20;
/** Between two kills the Worker has time for some work. */
export const LIFE_MIN_MS = 1_500;
/** A kill that waits for a certain call happens after this time anyway. */
export const KILL_MOMENT_WITHIN_MS = 3_000;

/** A link that is open longer than this is stuck: more than a few of them fail the run. */
export const OPEN_TOO_LONG_MS = 3 * 60_000;
export const TOO_LONG_ALLOWED = { links: 2, of: 5_000 } as const;
/** The time that the alarms get at the end, when no browser sends requests any more; then what is open is stuck. */
export const SETTLE_WITHIN_MS = OPEN_TOO_LONG_MS + 5_000;
/** A link that Cybrid contradicts stays open by design; it is watched for so long, in case it posts again. */
export const CONTRADICTION_WATCHED_MS = 20_000;
export const SETTLE_POLL_MS = 1_000;
export const LEDGERS_AT_ONCE = 8;

/** Offending links with a timeline; the others are only listed. */
export const TIMELINES_MAX = 5;
export const PROGRESS_EVERY_MS = 10_000;
