import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { log, loggableId } from "../log.ts";
import type { AppEnv } from "./context.ts";

/** One line per request, with the route's pattern instead of its path. */
export const logRequest = createMiddleware<AppEnv>(async function logRequest(c, next) {
  const startedAtMs = Date.now();
  await next();
  log("request", {
    request_id: c.get("requestId"),
    link_id: c.get("linkId"),
    link_session_id: loggableId(c.get("linkSessionId")),
    provider: c.get("owner")?.provider,
    method: c.req.method,
    route: routePath(c, -1),
    status: c.res.status,
    code: c.get("problemCode"),
    ms: Date.now() - startedAtMs,
  });
});
