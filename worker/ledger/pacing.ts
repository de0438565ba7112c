/** When to ask again. Pure. */
import {
  POLL_FACTOR,
  POLL_FIRST_MS,
  POLL_MAX_MS,
  PROCESSING_EAGER_MS,
  PROCESSING_POLL_MAX_MS,
  PROCESSING_POLL_SHARE,
} from "../limits.ts";
import { type Failure, retryAfterMs } from "../providers/provider.ts";

/** While a person waits: quick at first, gentler later, by how long they have waited. */
export function eagerDelayMs(waitedMs: number): number {
  return Math.round(Math.min(POLL_FIRST_MS + (POLL_FACTOR - 1) * waitedMs, POLL_MAX_MS));
}

/** The next time: after our own delay or the pause that the provider asked for, but never more than an hour. */
export function nextAtMs(nowMs: number, delayMs: number, failure?: Failure | null): number {
  const pauseMs = Math.max(delayMs, (failure && retryAfterMs(failure)) ?? 0);
  return nowMs + Math.ceil(Math.min(pauseMs, PROCESSING_POLL_MAX_MS));
}

/** Eager for the first minute, then as patient as the wait has been long. */
export function patientDelayMs(waitedMs: number): number {
  if (waitedMs < PROCESSING_EAGER_MS) return eagerDelayMs(waitedMs);
  return Math.round(
    Math.min(Math.max(waitedMs * PROCESSING_POLL_SHARE, POLL_MAX_MS), PROCESSING_POLL_MAX_MS),
  );
}
