/** `npm run tables`: writes the tables of routes and codes into the documents that show them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { documents, withTables } from "./tables.ts";

const root = join(import.meta.dirname, "../..");

for (const file of Object.keys(documents)) {
  const path = join(root, file);
  writeFileSync(path, withTables(file, readFileSync(path, "utf8")));
}
