/** Who may call: a browser with a session token, or the host's server with an API key. */
import { createMiddleware } from "hono/factory";
import * as z from "zod";
import { matchesApiKey } from "../auth/api-key.ts";
import { verifySession } from "../auth/session-token.ts";
import { apiKeysOf, resolveProvider } from "../config.ts";
import { createSession, type ProviderName, providerName } from "../contract.ts";
import type { Owner } from "../ledger/owner.ts";
import { refuse } from "../problems/problem.ts";
import type { AppContext, AppEnv } from "./context.ts";
import { limitRateOf } from "./limit-rate.ts";

/** For browsers: the session token names the customer. */
export const requireSession = createMiddleware<AppEnv>(async function requireSession(c, next) {
  await authenticateSession(c, await bearerOf(c));
  await next();
});

/** For the host's server. Of the configuration it needs the keys alone. */
export const requireKey = createMiddleware<AppEnv>(async function requireKey(c, next) {
  if (!(await matchesApiKey(await bearerOf(c), apiKeysOf(c.env)))) await refuseStranger(c);
  await next();
});

const customerQuery = z.strictObject({
  customer_id: createSession.shape.customer_id,
  provider: providerName.optional(),
});

/** With a key the query names the customer; with a session the token does. */
export const requireSessionOrKey = createMiddleware<AppEnv>(async function requireSessionOrKey(c, next) {
  const bearer = await bearerOf(c);
  if (await matchesApiKey(bearer, c.get("config").apiKeys)) {
    const { customer_id, provider } = c.req.query();
    const query = customerQuery.safeParse({ customer_id, provider });
    const owner = query.success ? ownerOf(c, query.data.customer_id, query.data.provider) : null;
    if (!owner) {
      refuse("invalid_request", {
        detail: "Name the customer with ?customer_id= and, where two providers are configured, ?provider=.",
      });
    }
    c.set("owner", owner);
    c.set("callsByKey", true);
    c.set("sessionReference", null);
  } else {
    await authenticateSession(c, bearer);
  }
  await next();
});

/** RFC 6750, 2.1; the scheme is case-insensitive. */
async function bearerOf(c: AppContext): Promise<string> {
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(c.req.header("Authorization") ?? "")?.[1];
  return token ?? refuseStranger(c);
}

/** Whoever guesses is counted by address: credentials that fail are the only calls that belong to nobody. */
async function refuseStranger(c: AppContext): Promise<never> {
  await limitRateOf(c, `address:${c.req.header("CF-Connecting-IP") ?? "unknown"}`);
  return refuse("unauthorized");
}

async function authenticateSession(c: AppContext, token: string): Promise<void> {
  const verdict = await verifySession(token, c.get("config").session, new Date());
  if (!verdict.ok) {
    if (verdict.reason === "invalid") await refuseStranger(c);
    refuse("provider_unavailable", {
      detail: "The keys that sign session tokens cannot be reached at the moment.",
    });
  }
  const { claims } = verdict;
  // A session bound to an origin is valid only there; a request without an Origin header proves none.
  if (claims.origin !== null && c.req.header("Origin") !== claims.origin) refuse("forbidden_origin");
  c.set("owner", ownerOf(c, claims.customerId, claims.provider) ?? (await refuseStranger(c)));
  c.set("sessionReference", claims.reference);
}

/** `null` where the provider is not configured, or not named while there are two. */
export function ownerOf(
  c: AppContext,
  customerId: string,
  named: ProviderName | null | undefined,
): Owner | null {
  const config = c.get("config");
  const provider = resolveProvider(config, named);
  return provider && { environment: config.environment, provider, customerId };
}
