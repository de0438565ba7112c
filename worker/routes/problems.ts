/** `/problems/{code}`: the target of a problem's `type`. */
import { Hono } from "hono";
import type { AppEnv } from "../http/context.ts";
import { refuse } from "../problems/problem.ts";
import { isProblemSlug } from "../problems/slug.ts";

export const problems = new Hono<AppEnv>().get("/:slug", (c) => {
  const slug = c.req.param("slug");
  if (!isProblemSlug(slug)) refuse("not_found");
  return c.redirect(`/docs#${slug}`, 302);
});
