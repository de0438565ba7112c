/** The titles of a file's tests, also of those that a loop makes: the file is loaded, its tests are not run. */
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const RECORDER = new URL("./recording-test.ts", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "node:test" ? { url: RECORDER, shortCircuit: true } : next(specifier, context),
});

/** A module is evaluated once only. */
const known = new Map<string, string[]>();

/** `heading › title`, in their order. */
export async function titlesOf(file: string): Promise<string[]> {
  const before = known.get(file);
  if (before) return before;
  const { takeTitles } = await import(RECORDER);
  if (file.includes("/browser/")) await import("./browser-globals.ts");
  await takeTitles();
  await import(pathToFileURL(file).href);
  const titles: string[] = await takeTitles();
  known.set(file, titles);
  return titles;
}
