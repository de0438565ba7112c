/** `DELETE /v1/customers/{id}`: erases everything stored about a customer; the provider's data is not touched. */
import { Hono } from "hono";
import { createSession, providerName } from "../contract.ts";
import { ownerOf, requireKey } from "../http/authenticate.ts";
import { type AppEnv, ledgerOf } from "../http/context.ts";
import { checkShape } from "../http/request-body.ts";
import { refuse } from "../problems/problem.ts";

export const customers = new Hono<AppEnv>().delete("/:id", requireKey, async (c) => {
  const customerId = checkShape(createSession.shape.customer_id, c.req.param("id"));
  const provider = checkShape(providerName.optional(), c.req.query("provider"));
  const owner = ownerOf(c, customerId, provider);
  if (!owner) refuse("invalid_request", { detail: "Name the provider with ?provider=." });
  const { scopes } = await ledgerOf(c, owner).erase();
  await Promise.all(scopes.map((scope) => c.env.IDEMPOTENCY.delete(scope)));
  await c.env.SWEEP.getByName(`${owner.environment}:${owner.provider}`).forget(customerId);
  return c.body(null, 204);
});
