/** The built files, open to every origin. Entries are revalidated; chunks with a hash in their name are immutable. */
import { Hono } from "hono";
import type { AppContext, AppEnv } from "../http/context.ts";
import { refuse } from "../problems/problem.ts";

const ENTRY_CACHE = "public, max-age=0, must-revalidate";
const CHUNK_CACHE = "public, max-age=31536000, immutable";

export const assets = new Hono<AppEnv>()
  .get("/bank-link.js", (c) => serve(c, ENTRY_CACHE))
  // Lit's licence requires its notice to be shipped; bank-link.js names the file.
  .get("/LICENSES.md", (c) => serve(c, ENTRY_CACHE))
  .get("/openapi.json", (c) => serve(c, ENTRY_CACHE))
  .get("/docs", (c) => serve(c, ENTRY_CACHE))
  .get("/chunks/:file{[\\w.-]+\\.js}", (c) => serve(c, CHUNK_CACHE));

async function serve(c: AppContext, cacheControl: string): Promise<Response> {
  const found = await c.env.ASSETS?.fetch(c.req.raw);
  if (!found || (found.status !== 200 && found.status !== 304)) refuse("not_found");
  const headers = new Headers(found.headers);
  headers.set("Cache-Control", cacheControl);
  // Module scripts are fetched with CORS, and hold nothing secret.
  headers.set("Access-Control-Allow-Origin", "*");
  headers.set("Cross-Origin-Resource-Policy", "cross-origin");
  return new Response(found.body, { status: found.status, headers });
}
