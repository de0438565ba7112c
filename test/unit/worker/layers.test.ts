/** Who may know whom: the borders that keep a third provider or another framework a local change. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

const sources = globSync("worker/**/*.ts").map((file) => ({
  file: file.replaceAll("\\", "/"),
  text: readFileSync(file, "utf8"),
}));

function importers(pattern: RegExp): string[] {
  return sources
    .filter(({ text }) => [...text.matchAll(/from "([^"]+)"/g)].some(([, from = ""]) => pattern.test(from)))
    .map(({ file }) => file);
}

test("routes know no provider", () => {
  const routes = sources.filter(({ file }) => file.startsWith("worker/routes/"));
  assert.ok(routes.length > 5);
  for (const { file, text } of routes) {
    assert.ok(!/"(cybrid|lynx)"/.test(text), `${file} names a provider`);
    assert.ok(!/from "[^"]*providers\//.test(text), `${file} imports a provider`);
  }
});

test("providers know no Hono", () => {
  const knowing = importers(/^hono(\/|$)/);
  assert.ok(knowing.includes("worker/app.ts"));
  assert.deepEqual(
    knowing.filter((file) => file.startsWith("worker/providers/")),
    [],
  );
});

test("only the Durable Objects know cloudflare:workers", () => {
  assert.deepEqual(importers(/^cloudflare:/).sort(), [
    "worker/ledger/ledger.ts",
    "worker/notify/sweep.ts",
    "worker/providers/access-tokens/access-tokens.ts",
  ]);
});

test("nothing holds up a Durable Object while it waits for somebody else", () => {
  for (const { file, text } of sources) assert.ok(!text.includes("blockConcurrencyWhile"), file);
});
