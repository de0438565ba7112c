/** `Prefer: wait=N` (RFC 7240, 4.3): how long the caller is willing to wait for the outcome. */

import { WAIT_MAX_S } from "../limits.ts";
import type { AppContext } from "./context.ts";

/** Milliseconds. Sets `Preference-Applied` if the caller sent the preference. */
export function waitMs(c: AppContext, defaultS: number): number {
  const requested = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,4})"?/i.exec(c.req.header("Prefer") ?? "")?.[1];
  if (requested === undefined) return defaultS * 1_000;
  const seconds = Math.min(Number(requested), WAIT_MAX_S);
  c.header("Preference-Applied", `wait=${seconds}`);
  return seconds * 1_000;
}
