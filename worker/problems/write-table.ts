/** `npm run error-table`: writes the table of codes into the documents that show it, between its markers. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withProblemTable } from "./table.ts";

const root = join(import.meta.dirname, "../..");

for (const name of ["README.md", "worker/README.md"]) {
  const file = join(root, name);
  const written = existsSync(file) ? withProblemTable(readFileSync(file, "utf8")) : null;
  if (written === null) {
    console.error(`${name} has no markers for the table`);
    process.exitCode = 1;
  } else writeFileSync(file, written);
}
