/** Every number of the fault run, its unit in its name and its reason beside it. */
import { DOUBT_MARGIN_SHARE, EMPTY_LOOKUPS_BEFORE_POST } from "../../worker/limits.ts";

/** A full run; CI takes fewer. */
export const LINKS_DEFAULT = 5_000;
export const KILLS_DEFAULT = 20;
/** With fewer links fewer kills, so that there is work between two of them. */
export const LINKS_PER_KILL_MIN = 50;
/** Of all calls to a provider. */
export const FAULTY_SHARE = 0.25;
/** Access tokens live half an hour and more; in a run of minutes one that ends every few seconds is plenty. */
export const EXPIRED_TOKEN_SHARE = 0.003;

/** Short, so that lost answers cost little time; everything below that waits is measured by it. */
export const UPSTREAM_TIMEOUT_S = 2;
const UPSTREAM_TIMEOUT_MS = UPSTREAM_TIMEOUT_S * 1_000;

/** The Worker looks first this long after a post whose answer it lost … */
const FIRST_LOOK_MS = UPSTREAM_TIMEOUT_MS * (1 + DOUBT_MARGIN_SHARE);
/** … and believes after this look that nothing was made. */
const LAST_LOOK_MS = FIRST_LOOK_MS + (EMPTY_LOOKUPS_BEFORE_POST - 1) * UPSTREAM_TIMEOUT_MS;
/** A busy machine delays the call on its way; a real network would too. */
const TRANSIT_MS = 1_200;

/** As late as a list may show a new account: after the first look, before the last. */
export const LIST_LAG_MS = LAST_LOOK_MS - TRANSIT_MS;
/** Work that ends after the Worker has given the call up, and before its first look. */
export const WORK_AFTER_TIMEOUT_MS = { from: UPSTREAM_TIMEOUT_MS + 50, to: FIRST_LOOK_MS - 100 } as const;
export const SLOW_MS = { from: 50, to: UPSTREAM_TIMEOUT_MS * 0.7 } as const;

/** The providers' asynchronous states: long enough to be seen, short enough for thousands of links. */
export const WORKFLOW_MS = 150;
export const LINK_TOKEN_LAG_MS = 40;
export const ACCOUNT_MS = 250;

/** Customers who are at it at the same time; each has one or two browsers open. */
export const CUSTOMERS_AT_ONCE = 40;
/** Fewer than LINKS_PER_HOUR allows, tries that failed included. */
export const VISITS_PER_CUSTOMER_MAX = 4;
/** A link that failed for now is begun again this often, as a person would. */
export const CREATE_TRIES = 3;

/** What the element asks for by `Prefer: wait`. */
export const WAIT_S = 10;
export const REQUEST_TIMEOUT_MS = WAIT_S * 1_000 + 10_000;
export const RETRY_FIRST_MS = 200;
export const RETRY_MAX_MS = 2_000;
/** How long a person looks at the spinner: longer than a restart and a recovery. */
export const PATIENCE_MS = 20_000;

export const PROGRESS_POLL_MS = 20;
/** Between two kills the Worker gets to do something. */
export const LIFE_MIN_MS = 1_500;
/** For a kill under a certain call: no such call by then, and it happens anyway. */
export const KILL_MOMENT_WITHIN_MS = 3_000;

/** The alarms' time at the end, when nobody asks any more. */
export const SETTLE_WITHIN_MS = 60_000;
export const SETTLE_POLL_MS = 1_000;
export const LEDGERS_AT_ONCE = 8;

/** Offending links whose story is told; the others are only named. */
export const STORIES_MAX = 5;
export const PROGRESS_EVERY_MS = 10_000;
