/** Every number that limits something, its unit in its name and its reason beside it. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Request bodies: a finalize carries well under 2 kB; 16 kB leaves room and stops abuse early. */
export const BODY_MAX_BYTES = 16 * 1024;

/** Faults of a body that are named: more of them help nobody, and would make a long answer of a short request. */
export const ERRORS_MAX = 20;

/** The host's own note on a link; it travels in session tokens, so it stays small. */
export const REFERENCE_MAX_BYTES = 1024;

/** Identifiers of customers and accounts: Cybrid's are 32 characters; Lynx publishes no limit. */
export const IDENTIFIER_MAX_CHARS = 128;

/** Plaid tokens and ids as Cybrid takes them (`plaid_public_token`, `plaid_account_id`: 1..128). */
export const PLAID_VALUE_MAX_CHARS = 128;

/** Redirect URIs as Cybrid takes them (`redirect_uri` ≤ 128). */
export const REDIRECT_URI_MAX_CHARS = 128;

/** Names that banks give; cut further before they reach a provider. */
export const DISPLAY_NAME_MAX_CHARS = 256;

/** Idempotency keys, as long as Lynx takes them, longer than any UUID. */
export const IDEMPOTENCY_KEY_MAX_CHARS = 255;
/** How long a key is remembered: a day covers every sane client retry. */
export const IDEMPOTENCY_KEPT_MS = 24 * HOUR_MS;

/** New keys per customer and hour: a link takes two, and what is remembered is stored. */
export const IDEMPOTENCY_KEYS_PER_HOUR = 200;

/** KV takes nothing that ends within a minute; the second one is for the way there. */
export const KV_LIFE_MIN_MS = 2 * MINUTE_MS;

/** Session tokens: what is minted by default, and the longest life that is believed. */
export const SESSION_DEFAULT_S = 900;
export const SESSION_MAX_S = 24 * 60 * 60;
/** Clock difference between the host's server and the edge. */
export const CLOCK_SKEW_S = 60;
/** HS256 needs a key of at least the hash's size (RFC 7518, 3.2). */
export const SESSION_SECRET_MIN_BYTES = 32;
/** Of any secret: random ones of that length have far more, and `aaaa…` or `secretsecret…` fewer. */
export const SECRET_MIN_DIFFERENT_CHARS = 8;

/** The identity provider's key set: how long it is believed before it is read again. */
export const KEY_SET_MAX_AGE_MS = 10 * MINUTE_MS;
/** Between two fetches, whatever asks for them: a new key is known after that at the latest. */
export const KEY_SET_PAUSE_MS = 30 * SECOND_MS;
/** A sign-in waits for it. */
export const KEY_SET_TIMEOUT_MS = 5 * SECOND_MS;
/** Between two glances at a fetch that another request has begun. */
export const KEY_SET_WAIT_MS = 50;
/** A set of a dozen keys is 10 kB. */
export const KEY_SET_MAX_BYTES = 256 * 1024;

/** `Prefer: wait` (RFC 7240): the most, what POST waits unasked, what GET does. */
export const WAIT_MAX_S = 25;
export const WAIT_POST_DEFAULT_S = 10;
export const WAIT_GET_DEFAULT_S = 0;
/** `Retry-After` of a 202. */
export const RETRY_AFTER_PENDING_S = 1;
export const RETRY_AFTER_CONFLICT_S = 1;

/** New links per customer and hour; a person needs one, a broken page makes thousands. */
export const LINKS_PER_HOUR = 20;
/** A ready, unopened link is handed out again while it has at least this long to live. */
export const LINK_REUSE_MIN_LIFE_MS = 10 * MINUTE_MS;
/** Links in a list. */
export const LINKS_LISTED_MAX = 50;
/** A link's record after its end. */
export const LINK_KEPT_MS = 30 * DAY_MS;

/** Plaid's life of a link token, and in update mode (contracts: 4 h, 30 min). */
export const LINK_TOKEN_LIFE_MS = 4 * HOUR_MS;
export const REFRESH_TOKEN_LIFE_MS = 30 * MINUTE_MS;
/** Plaid's life of a public token. */
export const PUBLIC_TOKEN_LIFE_MS = 30 * MINUTE_MS;

/** Polling of something a person waits for: quick at first, gentler later; 12 looks in 10 s. */
export const POLL_FIRST_MS = 150;
export const POLL_FACTOR = 1.4;
export const POLL_MAX_MS = 2 * SECOND_MS;
/** A workflow that takes longer than this has failed for the person waiting. */
export const WORKFLOW_MAX_MS = MINUTE_MS;
/** For this long an account in processing is polled as often as a waiting person needs … */
export const PROCESSING_EAGER_MS = MINUTE_MS;
/** … then after this share of the time that has passed … */
export const PROCESSING_POLL_SHARE = 0.1;
/** … and as far apart as this … */
export const PROCESSING_POLL_MAX_MS = HOUR_MS;
/** … and until then; after that a person has to look into it. */
export const PROCESSING_MAX_MS = 7 * DAY_MS;

/** Every upstream call ends by then, unless UPSTREAM_TIMEOUT_SECONDS says otherwise. */
export const UPSTREAM_TIMEOUT_S = 20;
/** A call whose answer is lost may still be at work upstream for as long as the time-out, and this share of it longer. */
export const DOUBT_MARGIN_SHARE = 0.25;
/** Lookups soon after a lost answer: most accounts are there by then. They may adopt, and prove nothing. */
export const EARLY_LOOKUPS_MS = [500, 1_000, 2_000, 4_000] as const;
/** Late, complete lookups that must find nothing before the account is posted again … */
export const EMPTY_LOOKUPS_BEFORE_POST = 2;
/** … and before the provider's rejection of a repeat is believed. */
export const EMPTY_LOOKUPS_BEFORE_REJECTION = 3;
/** Posts of one account at the most: with quiet periods that double, all fit into the life of the public token. */
export const DOUBT_POSTS_MAX = 4;
/** Where a repeat under the same key is safe: rejections of it, one time-out apart, before they are believed. */
export const REPLAY_REJECTIONS_BELIEVED = 3;
/** When a link that failed after a lost post is looked up again, counted from its failure: a late account is reported. */
export const LATE_LOOKUPS_MS = [30 * MINUTE_MS, 6 * HOUR_MS, DAY_MS] as const;
/** Answers are a few kB, a page of 100 accounts well under this. */
export const UPSTREAM_BODY_MAX_BYTES = 1024 * 1024;
/** Attempts of a read, the first one included. */
export const READ_ATTEMPTS = 3;
export const RETRY_BACKOFF_FIRST_MS = 200;
/** A `Retry-After` longer than this is not waited for inside a request. */
export const RETRY_AFTER_MAX_INLINE_MS = 5 * SECOND_MS;

/** An access token is renewed this long before its end (Lynx itself rolls five minutes before). */
export const ACCESS_TOKEN_MARGIN_MS = 5 * MINUTE_MS;
/** Refused credentials are tried once per this time, so a wrong secret does not lock the client out. */
export const CREDENTIALS_REFUSED_RETRY_MS = 30 * SECOND_MS;
/** A token endpoint that is unavailable is called again after this, twice as long each time … */
export const TOKEN_BACKOFF_FIRST_MS = 500;
/** … and at least this often: everything waits for it. */
export const TOKEN_BACKOFF_MAX_MS = MINUTE_MS;
/** Its `Retry-After` is obeyed up to this: a wrong header must not stop everything for days. */
export const TOKEN_RETRY_AFTER_MAX_MS = HOUR_MS;
/** New tokens that are refused at their first use: so many are replaced within that time. */
export const UNPROVEN_DROPS_MAX = 3;
/** A token without the scope is replaced at most this often. */
export const SCOPE_RETRY_MS = MINUTE_MS;

/** Lists of accounts upstream. */
export const ACCOUNTS_PER_PAGE = 100;
export const ACCOUNT_PAGES_MAX = 20;

/** The alarm takes over work this much later than its call must have ended, should the object die under it. */
export const DRIVE_GUARD_MARGIN_MS = 1 * SECOND_MS;
/** Work whose next step is further away is left to the alarm if nobody waits: an idle object costs nothing. */
export const HAND_OVER_MS = 2 * SECOND_MS;
/** Alarms are at least this far apart, whatever is overdue. */
export const ALARM_PAUSE_MS = SECOND_MS;
/** After an unexpected error of our own, work is tried again this much later. */
export const DRIVE_ERROR_RETRY_MS = 30 * SECOND_MS;

/** The period of the RATE_LIMITER binding, as wrangler.toml sets it. */
export const RATE_LIMIT_PERIOD_S = 60;

/** A receiver that needs longer has not understood: it should take the message first and work later. */
export const WEBHOOK_TIMEOUT_MS = 10 * SECOND_MS;
/** Delays between the delivery attempts of one message; the last one repeats. */
export const OUTBOX_RETRY_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
] as const;
/** After a day of attempts a person has to look into it. */
export const OUTBOX_GIVE_UP_MS = DAY_MS;
/** How long a delivered message's id is remembered, and an undelivered one can be read. */
export const OUTBOX_KEPT_MS = 7 * DAY_MS;

/** The ownership check: how long the customer waits for it before the link ends as `unverified`. */
export const OWNERSHIP_WAIT_MS = MINUTE_MS;
/** The first poll of an account that changes by itself … */
export const WATCH_FIRST_POLL_MS = 2 * SECOND_MS;
/** … and the last: it is followed this long at most. */
export const WATCH_MAX_MS = 7 * DAY_MS;
/** A removal whose call was lost is believed not to have begun when nothing of it shows by then. */
export const REMOVAL_SHOWS_WITHIN_MS = 10 * MINUTE_MS;

/** Pages that the sweep reads in one alarm: with every retry they stay near the 50 calls that the free plan allows. */
export const SWEEP_PAGES_PER_ALARM = 20;
/** Occurrences that could not be reported, retried in one alarm: as many as a page may add. */
export const SWEEP_UNREPORTED_PER_ALARM = 100;
/** After a page that could not be read, the sweep continues this much later. */
export const SWEEP_RETRY_MS = MINUTE_MS;
/** A poll that the alarm began has ended by then, whatever its calls met. */
export const ALARM_POLL_GUARD_MS = 2 * MINUTE_MS;

/** Redirect URIs that the doctor makes a real link token for, and how long it waits for each: one request holds it. */
export const DOCTOR_LINK_TOKENS_MAX = 10;
export const DOCTOR_LINK_TOKEN_MAX_MS = 20 * SECOND_MS;
