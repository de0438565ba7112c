/** `Prefer: wait=N` (RFC 7240, 4.3): how long the caller would rather wait than ask again. */

import { WAIT_MAX_S } from "../limits.ts";
import type { AppContext } from "./context.ts";

/** Milliseconds; notes in the answer that the preference was applied. */
export function waitMs(c: AppContext, defaultS: number): number {
  const asked = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,4})"?/i.exec(c.req.header("Prefer") ?? "")?.[1];
  if (asked === undefined) return defaultS * 1_000;
  const seconds = Math.min(Number(asked), WAIT_MAX_S);
  c.header("Preference-Applied", `wait=${seconds}`);
  return seconds * 1_000;
}
