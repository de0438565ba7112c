/** `npm run manifest`: writes the manifest, the data for editors and the README's reference. */
import { writeFile } from "node:fs/promises";
import { manifestFiles } from "./generate.ts";

for (const [path, text] of Object.entries(await manifestFiles())) {
  await writeFile(new URL(`../../${path}`, import.meta.url), text);
  console.log(path);
}
