/** `GET /v1/webhooks`: the messages of one customer that the host's server has not accepted. */
import { Hono } from "hono";
import type { UndeliveredList } from "../contract.ts";
import { requireKey, requireSessionOrKey } from "../http/authenticate.ts";
import { type AppEnv, ledgerOf } from "../http/context.ts";

export const webhooks = new Hono<AppEnv>().get("/", requireKey, requireSessionOrKey, async (c) => {
  const undelivered = await ledgerOf(c).undeliveredMessages();
  return c.json({
    messages: undelivered.map(({ id, type, payload, attempts, createdAtMs }) => ({
      id,
      type,
      attempts,
      created_at: new Date(createdAtMs).toISOString(),
      data: JSON.parse(payload).data,
    })),
  } satisfies UndeliveredList);
});
