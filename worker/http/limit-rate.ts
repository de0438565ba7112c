import { createMiddleware } from "hono/factory";
import { ledgerName } from "../ledger/owner.ts";
import { RATE_LIMIT_PERIOD_S } from "../limits.ts";
import { refuse } from "../problems/problem.ts";
import type { AppEnv } from "./context.ts";

/** Per customer, cheap and approximate; the ledger's own cap on new links is exact. */
export const limitRate = createMiddleware<AppEnv>(async function limitRate(c, next) {
  const owner = c.get("owner");
  // A limiter that fails must not stop customers.
  const outcome = await c.env.RATE_LIMITER?.limit({ key: ledgerName(owner) }).catch(() => null);
  if (outcome && !outcome.success) refuse("rate_limited", { retryAfterS: RATE_LIMIT_PERIOD_S });
  await next();
});
