/** `/v1/accounts`: the customer's external bank accounts at the provider. */
import { Hono } from "hono";
import { requireSessionOrKey } from "../auth/middleware.ts";
import { type AppEnv, ledgerOf } from "../context.ts";
import type { AccountList } from "../contract.ts";
import { limitRate } from "../middleware/limit-rate.ts";
import { refuse } from "../problems/problem.ts";

export const accounts = new Hono<AppEnv>().get("/", requireSessionOrKey, limitRate, async (c) => {
  const caller = { owner: c.get("owner"), requestId: c.get("requestId") };
  const reply = await ledgerOf(c).listAccounts(caller);
  if (!reply.ok) refuse(reply.refusal.code, reply.refusal);
  return c.json({ accounts: reply.accounts } satisfies AccountList);
});
