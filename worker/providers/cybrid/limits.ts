/** Sizes that Cybrid's API description gives. */
export const ACCOUNT_NAME_MAX_CHARS = 128;

/** Pinned: the newest known version; none so far has touched Plaid linking. */
export const ACCEPT_VERSION = "2026-04-01";

export const LANGUAGES = ["en", "fr", "es", "nl", "de"] as const;

/** Should Cybrid not tell when a workflow was created: how far its clock and ours may be apart. */
export const CLOCK_DIFFERENCE_MAX_MS = 10 * 60_000;
