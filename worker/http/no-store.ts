import { createMiddleware } from "hono/factory";

/** Responses, problems included, concern one customer at one moment: none is cached unless its route says so. */
export const noStore = createMiddleware(async function noStore(c, next) {
  await next();
  if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
});
