import { createMiddleware } from "hono/factory";
import { ledgerName } from "../ledger/owner.ts";
import { RATE_LIMIT_PERIOD_S } from "../limits.ts";
import { refuse } from "../problems/problem.ts";
import type { AppContext, AppEnv } from "./context.ts";

/**
 * Per customer, cheap and approximate; the ledger's own caps are exact. The host's server has a bucket of its own, so
 * that no customer can lock it out.
 */
export const limitRate = createMiddleware<AppEnv>(async function limitRate(c, next) {
  await limitRateOf(c, `${c.get("callsByKey") ? "key:" : ""}${ledgerName(c.get("owner"))}`);
  await next();
});

/** @throws RefusalError `rate_limited` */
export async function limitRateOf(c: AppContext, key: string): Promise<void> {
  // A limiter that fails must not stop customers.
  const outcome = await c.env.RATE_LIMITER?.limit({ key }).catch(() => null);
  if (outcome && !outcome.success) refuse("rate_limited", { retryAfterS: RATE_LIMIT_PERIOD_S });
}
