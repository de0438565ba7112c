/** Part of `npm run build`: writes dist/openapi.json and dist/docs.html, which the Worker serves as files. */
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
writeFileSync(join(dist, ".assetsignore"), ["/*", ...served.map((name) => `!/${name}`), ""].join("\n"));
