import { createMiddleware } from "hono/factory";
import { ConfigError, configOf } from "../config.ts";
import { log } from "../log.ts";
import { refuse } from "../problems/problem.ts";
import type { AppEnv } from "./context.ts";

/** An invalid configuration rejects every request: one code for the caller, the variables' names in the log. */
export const loadConfig = createMiddleware<AppEnv>(async function loadConfig(c, next) {
  try {
    c.set("config", configOf(c.env));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log("misconfigured", {
      request_id: c.get("requestId"),
      variables: error.faults.map(({ variable, reason }) => `${variable} ${reason}`),
    });
    refuse("provider_misconfigured");
  }
  await next();
});
