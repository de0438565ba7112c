/** Sizes that Cybrid's API description gives. */
export const ACCOUNT_NAME_MAX_CHARS = 128;

/** Pinned: the newest known version; none so far has touched Plaid linking. */
export const ACCEPT_VERSION = "2026-04-01";

export const LANGUAGES = ["en", "fr", "es", "nl", "de"] as const;

/** How far Cybrid's clock and ours may differ, if Cybrid does not say when a workflow was created. */
export const CLOCK_DIFFERENCE_MAX_MS = 10 * 60_000;
