/** `POST /v1/sessions`: session tokens for hosts that prefer not to sign JWTs themselves. */
import { Hono } from "hono";
import { signSession } from "../auth/session-token.ts";
import { resolveProvider } from "../config.ts";
import { createSession, type Session } from "../contract.ts";
import { requireKey } from "../http/authenticate.ts";
import type { AppEnv } from "../http/context.ts";
import { checkShape, readJson } from "../http/request-body.ts";
import { log } from "../log.ts";
import { refuse } from "../problems/problem.ts";

export const sessions = new Hono<AppEnv>().post("/", requireKey, async (c) => {
  const body = checkShape(createSession, await readJson(c));
  const config = c.get("config");
  const { session, providers } = config;
  if (session.secrets.length === 0) {
    log("misconfigured", { request_id: c.get("requestId"), variables: ["SESSION_SECRET"] });
    refuse("provider_misconfigured", {
      detail: "Session tokens cannot be issued here: SESSION_SECRET is not set.",
    });
  }
  const provider = resolveProvider(config, body.provider);
  if (!provider) {
    refuse("invalid_request", {
      errors: [{ detail: `must be one of ${providers.join(", ")}`, pointer: "/provider" }],
    });
  }
  const { token, expiresAt } = await signSession(
    {
      customerId: body.customer_id,
      provider,
      origin: body.origin ?? null,
      reference: body.reference ?? null,
    },
    session,
    new Date(),
    body.expires_in,
  );
  return c.json({ token, expires_at: expiresAt.toISOString() } satisfies Session, 201);
});
