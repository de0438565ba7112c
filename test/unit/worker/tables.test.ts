import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { markdownTable, withTable } from "../../../worker/docs/markdown.ts";
import { tables, withTables } from "../../../worker/docs/tables.ts";
import { PROBLEMS } from "../../../worker/problems/registry.ts";

test("the table of codes has a row for each", () => {
  const rows = tables.codes().split("\n");
  for (const [code, { title }] of Object.entries(PROBLEMS)) {
    assert.ok(
      rows.some((row) => row.startsWith(`| \`${code}\` `) && row.includes(title)),
      code,
    );
  }
});

test("the tables of worker/README.md are up to date; if not, run `npm run tables`", () => {
  const document = readFileSync("worker/README.md", "utf8");
  assert.equal(withTables(document), document);
});

test("a table replaces the old one between its markers and nothing else", () => {
  const document = "a\n<!-- x: written by `npm run tables` -->\nold\n<!-- /x -->\nb";
  assert.equal(
    withTable(document, "x", "new"),
    "a\n<!-- x: written by `npm run tables` -->\nnew\n<!-- /x -->\nb",
  );
  assert.equal(withTable("no markers", "x", "new"), null);
});

test("a cell cannot break its row", () => {
  assert.equal(markdownTable(["a"], [["b|c"]]), "| a    |\n| ---- |\n| b\\|c |");
});
