import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { refuse } from "../problems/problem.ts";
import type { AppEnv } from "./context.ts";

const PREFLIGHT_MAX_AGE_S = 86_400;

/** CORS for the allowed origins; bearer tokens only, so no credentials mode. */
export const allowOrigins = cors({
  origin: (origin, c) => (c.get("config").allowedOrigins.has(origin) ? origin : null),
  allowMethods: ["GET", "POST", "DELETE"],
  allowHeaders: ["Authorization", "Content-Type", "Idempotency-Key", "Prefer", "X-Request-Id"],
  exposeHeaders: ["Idempotent-Replayed", "Preference-Applied", "Retry-After", "X-Request-Id"],
  maxAge: PREFLIGHT_MAX_AGE_S,
});

/** A page that is not named may not call, whatever token it got hold of; `null` is an origin like others. */
export const checkOrigin = createMiddleware<AppEnv>(async function checkOrigin(c, next) {
  const origin = c.req.header("Origin");
  if (origin !== undefined && !c.get("config").allowedOrigins.has(origin)) refuse("forbidden_origin");
  await next();
});
