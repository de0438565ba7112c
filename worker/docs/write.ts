/** Part of `npm run build`: writes dist/openapi.json and dist/docs.html, and what is served of dist with which headers. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openApiDocument } from "./document.ts";
import { docsPage } from "./page.ts";

const dist = join(import.meta.dirname, "../../dist");
mkdirSync(dist, { recursive: true });
writeFileSync(join(dist, "openapi.json"), JSON.stringify(openApiDocument()));
writeFileSync(join(dist, "docs.html"), await docsPage());

// Of all that is built, only this is uploaded to be served.
const served = ["bank-link.js", "chunks", "LICENSES.md", "openapi.json", "docs.html"];
// Requests for these cost no call of the Worker; routes/assets.ts says the same where another Worker mounts the app.
const OPEN = ["Access-Control-Allow-Origin: *", "Cross-Origin-Resource-Policy: cross-origin"];
const SAFE = ["X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer"];
const headers = {
  "/*": [...OPEN, ...SAFE],
  // The names of chunks are hashes.
  "/chunks/*": ["! Cache-Control", "Cache-Control: public, max-age=31536000, immutable"],
};
writeFileSync(
  join(dist, "_headers"),
  Object.entries(headers)
    .map(([path, lines]) => [path, ...lines.map((line) => `  ${line}`), ""].join("\n"))
    .join("\n"),
);

writeFileSync(join(dist, ".assetsignore"), ["/*", ...served.map((name) => `!/${name}`), ""].join("\n"));
