import { createMiddleware } from "hono/factory";

/** Answers are one customer's and of this moment. Set beforehand, so that problems carry it too. */
export const noStore = createMiddleware(async function noStore(c, next) {
  c.header("Cache-Control", "no-store");
  await next();
});
