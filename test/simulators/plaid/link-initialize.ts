/**
 * Link's part inside the page, as one classic script: it looks for its own tag while it runs, which a module cannot.
 * It repeats what the real script was seen to do, faults included, since those are what an integration must survive;
 * test/e2e/simulators/plaid-link*.test.ts holds each of them.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Each after those that it imports. */
const MODULES = [
  "messages.js",
  "link-initialize/checks.js",
  "link-initialize/phone.js",
  "link-initialize/overlay.js",
  "link-initialize/handler.js",
  "link-initialize/script.js",
];

/** The modules in one function's scope, without their imports and exports. */
export async function linkInitialize(): Promise<string> {
  const sources = await Promise.all(
    MODULES.map((path) => readFile(join(import.meta.dirname, "browser", path), "utf8")),
  );
  const body = sources
    .join("\n")
    .replaceAll(/^import [^;]*;$/gm, "")
    .replaceAll(/^export /gm, "");
  return `(() => {\n"use strict";\n${body}})();\n`;
}
