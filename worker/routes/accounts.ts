/** `/v1/accounts`: the customer's external bank accounts at the provider. */
import { Hono } from "hono";
import { type AccountList, createLink } from "../contract.ts";
import { requireSession, requireSessionOrKey } from "../http/authenticate.ts";
import { callerOf } from "../http/caller.ts";
import { type AppContext, type AppEnv, ledgerOf } from "../http/context.ts";
import { limitRate } from "../http/limit-rate.ts";
import type { AccountReply } from "../ledger/link-reply.ts";
import { refuse, refuseWith } from "../problems/problem.ts";

export const accounts = new Hono<AppEnv>()
  .get("/", requireSessionOrKey, limitRate, async (c) => {
    const reply = await ledgerOf(c).listAccounts(callerOf(c));
    if (!reply.ok) refuseWith(reply.refusal);
    return c.json({ accounts: reply.accounts } satisfies AccountList);
  })
  .get("/:id", requireSessionOrKey, limitRate, async (c) => {
    return answerAccount(c, await ledgerOf(c).readAccount(callerOf(c), accountIdOf(c)));
  })
  .delete("/:id", requireSession, limitRate, async (c) => {
    return answerAccount(c, await ledgerOf(c).removeAccount(callerOf(c), accountIdOf(c)));
  })
  .post("/:id/require-refresh", requireSession, limitRate, async (c) => {
    // A way to simulate an expired connection; real ones expire by themselves.
    if (c.get("config").environment !== "sandbox") refuse("not_found");
    return answerAccount(c, await ledgerOf(c).requireRefresh(callerOf(c), accountIdOf(c)));
  });

/** What is no identifier names no account. */
function accountIdOf(c: AppContext): string {
  const id = createLink.shape.account_id.safeParse(c.req.param("id"));
  return id.success && id.data !== undefined ? id.data : refuse("not_found");
}

function answerAccount(c: AppContext, reply: AccountReply): Response {
  if (!reply.ok) refuseWith(reply.refusal);
  return c.json(reply.account);
}
