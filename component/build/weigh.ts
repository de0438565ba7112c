/** Builds an entry in memory, minified, and returns the bytes that a page would have to load. */
import { build, type Rolldown } from "vite";
import { gzipBytes, minified, withoutNotes } from "./minified.ts";
import { templateSpace } from "./template-space.ts";

/** @param entry relative to `root` */
export async function weigh(root: string, entry: string, external: RegExp[] = []): Promise<number> {
  const { rolldownOptions, ...options } = minified("entry", entry);
  const built = await build({
    root,
    configFile: false,
    logLevel: "silent",
    plugins: [templateSpace, withoutNotes],
    build: { ...options, write: false, rolldownOptions: { ...rolldownOptions, external } },
  });
  const [{ output }] = built as [Rolldown.RolldownOutput];
  return gzipBytes(output);
}
