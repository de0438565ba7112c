/** The ways in which the post of an account may go. */
import { notDone, type Result, reject } from "../../../../worker/providers/provider.ts";
import { DEAD_MS, TIMEOUT_MS } from "../links.ts";
import { INSTITUTION, type Traits } from "./world.ts";

export interface PostPlan {
  label: string;
  /** What the provider makes of it, and how long after it was sent; `null`: nothing. */
  work: { afterMs: number; traits: Traits } | null;
  ending: PostEnding;
  /** Until the answer comes, or until the crash is found. */
  afterMs: number;
}

export type PostEnding =
  /** The answer says what the provider made of it. */
  | { kind: "answered" }
  | { kind: "crash" }
  /** `hasEnded`: the provider itself has answered. */
  | { kind: "lost"; hasEnded: boolean; retryAfterMs: number | null }
  | { kind: "failed"; result: Result<never> };

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const ANSWER_MS = 100;
const FOREVER_MS = 60 * 24 * HOUR_MS;

const USUAL: Traits = {
  listedAfterMs: 0,
  settlesAfterMs: 3 * SECOND_MS,
  outcome: "completed",
  institutionId: INSTITUTION,
};
const now = (traits: Partial<Traits> = {}) => ({ afterMs: 0, traits: { ...USUAL, ...traits } });
/** As late as the provider may still be at work on a post. */
const LATE = { afterMs: DEAD_MS, traits: USUAL };

const answered = (label: string, traits: Partial<Traits> = {}): PostPlan => ({
  label,
  work: now(traits),
  ending: { kind: "answered" },
  afterMs: ANSWER_MS,
});
const lost = (
  label: string,
  work: PostPlan["work"],
  { afterMs = ANSWER_MS, hasEnded = false, retryAfterMs = null as number | null } = {},
): PostPlan => ({ label, work, ending: { kind: "lost", hasEnded, retryAfterMs }, afterMs });
const crash = (label: string, work: PostPlan["work"], afterMs: number): PostPlan => ({
  label,
  work,
  ending: { kind: "crash" },
  afterMs,
});
const failed = (label: string, result: Result<never>): PostPlan => ({
  label,
  work: null,
  ending: { kind: "failed", result },
  afterMs: ANSWER_MS,
});
const timedOut = { afterMs: TIMEOUT_MS };

export const MADE = answered("made");

export const ANSWERED = [
  answered("made, active at once", { settlesAfterMs: 0 }),
  answered("made, unverified", { outcome: "unverified" }),
  answered("made, fails", { outcome: "failed" }),
];

export const ENDLESS = [
  answered("made, stays in processing", { settlesAfterMs: FOREVER_MS }),
  lost("dropped, made, stays in processing", now({ settlesAfterMs: FOREVER_MS })),
];

export const LOST = [
  lost("dropped, made", now()),
  lost("dropped, not made", null),
  lost("timed out, made at the very end of the margin", LATE, timedOut),
];

export const LOST_IN_MORE_WAYS = [
  lost("dropped, made at the very end of the margin", LATE),
  lost("timed out, made", now(), timedOut),
  lost("timed out, not made", null, timedOut),
  lost("made, the answer unreadable", now(), { hasEnded: true }),
  lost("a gateway's page, not made", null, { retryAfterMs: MINUTE_MS }),
  lost("a gateway's page and a long pause, made", now(), { retryAfterMs: HOUR_MS }),
  lost("dropped, made, fails", now({ outcome: "failed" })),
  lost("dropped, made, unverified", now({ outcome: "unverified" })),
];

/** The second of the two late lookups just sees such an account. */
export const LISTED_LATE = [
  lost(
    "dropped, made at once, listed as late as the rules allow",
    now({ listedAfterMs: DEAD_MS + TIMEOUT_MS }),
  ),
  lost(
    "timed out, made late, listed as late as the rules allow",
    { ...LATE, traits: { ...USUAL, listedAfterMs: TIMEOUT_MS } },
    timedOut,
  ),
];

/** The two late lookups cannot see such an account: only a single-use token prevents the double. */
export const LISTED_TOO_LATE = [
  lost("dropped, made, listed after the second post", now({ listedAfterMs: DEAD_MS + 2 * TIMEOUT_MS })),
  lost(
    "dropped, made, fails, listed after the second post",
    now({ outcome: "failed", listedAfterMs: DEAD_MS + 2 * TIMEOUT_MS }),
  ),
  lost(
    "dropped, made, under another institution, listed after the second post",
    now({ institutionId: "ins_2", listedAfterMs: DEAD_MS + 2 * TIMEOUT_MS }),
  ),
  lost(
    "dropped, made, settles after minutes, listed after the second post",
    now({ settlesAfterMs: 5 * MINUTE_MS, listedAfterMs: DEAD_MS + 2 * TIMEOUT_MS }),
  ),
  lost("dropped, made, listed after four time-outs", now({ listedAfterMs: DEAD_MS + 4 * TIMEOUT_MS })),
  lost("dropped, made, listed two hours later", now({ listedAfterMs: 2 * HOUR_MS })),
];

export const CONTRADICTING = [
  lost("dropped, made, under another institution", now({ institutionId: "ins_2" })),
  lost("dropped, made, under another institution, fails", now({ institutionId: "ins_2", outcome: "failed" })),
  lost(
    "dropped, made, under another institution, listed late",
    now({ institutionId: "ins_2", listedAfterMs: DEAD_MS + TIMEOUT_MS }),
  ),
];

export const CRASHES = [
  crash("a crash, made", now(), 0),
  crash("a crash before the call", null, 0),
  crash("a crash, made at the very end of the margin", LATE, 0),
  crash("a crash, made, found by the alarm", now(), 3 * TIMEOUT_MS + SECOND_MS),
  crash("a crash before the call, found two hours later", null, 2 * HOUR_MS),
];

export const NOT_DONE = [
  failed("429", notDone("provider_unavailable", MINUTE_MS)),
  failed("429 with a long pause", notDone("provider_unavailable", HOUR_MS)),
  failed("401", notDone("provider_unavailable")),
  failed("403 for a scope", notDone("provider_misconfigured")),
];

export const REJECTED = [failed("422", reject("provider_rejected"))];
