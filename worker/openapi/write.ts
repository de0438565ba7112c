/** Part of `npm run build`: writes dist/openapi.json and dist/docs.html, which the Worker serves as they are. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openApiDocument } from "./document.ts";
import { docsPage } from "./page.ts";

const dist = join(import.meta.dirname, "../../dist");
mkdirSync(dist, { recursive: true });
writeFileSync(join(dist, "openapi.json"), JSON.stringify(openApiDocument()));
writeFileSync(join(dist, "docs.html"), docsPage());
