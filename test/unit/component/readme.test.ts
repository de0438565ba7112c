/** The table of complaints in component/README.md names tests that are there. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), "utf8");

test("each complaint of today's users is guarded against by tests that exist", async () => {
  const [, section = ""] = (await read("component/README.md")).split("## What users of today");
  const rows = section.split("\n").filter((line) => /^\| (?!complaint|-)/.test(line));
  assert.ok(rows.length >= 15);
  for (const row of rows) {
    let source = "";
    const named = row.matchAll(/(e2e )?([\w-]+): (?=_)|_([^_]+)_/g);
    for (const [, e2e, file, title] of named) {
      if (file) source = await read(`test/${e2e ? "e2e" : "browser"}/${file}.test.ts`);
      if (title) assert.match(source, titlePattern(title), `${row.slice(0, 60)}: ${title}`);
    }
  }
});

/** `…` stands for what a template fills in. */
function titlePattern(title: string): RegExp {
  const parts = title.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`["\`]${parts.join("\\$\\{\\w+\\}")}`);
}
