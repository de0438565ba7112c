import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { refuse } from "../problems/problem.ts";
import type { AppEnv } from "./context.ts";

const PREFLIGHT_MAX_AGE_S = 86_400;

/** CORS for the allowed origins, without credentials: the API takes bearer tokens only. */
export const allowOrigins = cors({
  origin: (origin, c) => (c.get("config").allowedOrigins.has(origin) ? origin : null),
  allowMethods: ["GET", "POST", "DELETE"],
  allowHeaders: ["Authorization", "Content-Type", "Idempotency-Key", "Prefer", "X-Request-Id"],
  exposeHeaders: ["Idempotent-Replayed", "Preference-Applied", "Retry-After", "X-Request-Id"],
  maxAge: PREFLIGHT_MAX_AGE_S,
});

/** A page of another origin is rejected, whatever token it has; `null` is an origin like any other. */
export const checkOrigin = createMiddleware<AppEnv>(async function checkOrigin(c, next) {
  const origin = c.req.header("Origin");
  if (origin !== undefined && !c.get("config").allowedOrigins.has(origin)) refuse("forbidden_origin");
  await next();
});
