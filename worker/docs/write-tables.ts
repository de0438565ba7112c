/** `npm run tables`: writes the tables of routes and codes into worker/README.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withTables } from "./tables.ts";

const path = join(import.meta.dirname, "../README.md");
writeFileSync(path, withTables(readFileSync(path, "utf8")));
