import { createMiddleware } from "hono/factory";

/** Answers are one customer's and of this moment, unless a route says otherwise; so are problems. */
export const noStore = createMiddleware(async function noStore(c, next) {
  await next();
  if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
});
