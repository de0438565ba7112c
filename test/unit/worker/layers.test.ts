/** Who may know whom: the borders that keep a third provider or another framework a local change. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

interface Source {
  file: string;
  text: string;
  /** Packages by name, files of ours by path. */
  imports: string[];
}

function readSources(pattern: string): Source[] {
  return globSync(pattern).map((path) => {
    const file = path.replaceAll("\\", "/");
    const text = readFileSync(path, "utf8");
    const imports = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, from = ""]) =>
      from.startsWith(".") ? posix.join(posix.dirname(file), from) : from,
    );
    return { file, text, imports };
  });
}

const sources = readSources("worker/**/*.ts");
const within = (folder: string) => sources.filter(({ file }) => file.startsWith(`worker/${folder}/`));

/** The files of a folder, or of the whole Worker, that import what the pattern names. */
function importers(pattern: RegExp, among: readonly Source[] = sources): string[] {
  return among.filter(({ imports }) => imports.some((from) => pattern.test(from))).map(({ file }) => file);
}

const HONO = /^hono(\/|$)/;

test("routes know no provider", () => {
  assert.ok(within("routes").length > 5);
  for (const { file, text } of within("routes")) {
    assert.ok(!/"(cybrid|lynx)"/.test(text), `${file} names a provider`);
  }
  assert.deepEqual(importers(/^worker\/providers\//, within("routes")), []);
});

test("routes/ holds resources, each of which the app mounts, and nothing else", () => {
  const app = sources.find(({ file }) => file === "worker/app.ts");
  const mounted = app?.imports.filter((from) => from.startsWith("worker/routes/")).sort();
  assert.deepEqual(
    within("routes")
      .map(({ file }) => file)
      .sort(),
    mounted,
  );
});

test("Hono is known to the app, its routes and http/ alone; and to the page, which is made at build time", () => {
  const elsewhere = importers(HONO).filter(
    (file) => !/^worker\/(app\.ts$|routes\/|http\/|docs\/)/.test(file),
  );
  assert.ok(importers(HONO).includes("worker/app.ts"));
  assert.deepEqual(elsewhere, []);
});

test("providers know no Hono", () => {
  assert.ok(within("providers").length > 20);
  assert.deepEqual(importers(HONO, within("providers")), []);
  assert.deepEqual(importers(/^worker\/(http|routes)\//, within("providers")), []);
});

test("the ledger knows neither Hono nor routes", () => {
  assert.ok(within("ledger").length > 10);
  assert.deepEqual(importers(HONO, within("ledger")), []);
  assert.deepEqual(importers(/^worker\/(http|routes)\//, within("ledger")), []);
});

test("only the Durable Objects know cloudflare:workers", () => {
  assert.deepEqual(importers(/^cloudflare:/).sort(), [
    "worker/ledger/ledger.ts",
    "worker/notify/sweep.ts",
    "worker/providers/access-tokens/access-tokens.ts",
  ]);
});

test("only what runs at build time or on the command line knows Node, and nothing in the Worker imports it", () => {
  const isOutside = (file: string) => /^worker\/(docs|doctor\/cli)\//.test(file);
  assert.deepEqual(
    importers(/^node:/).filter((file) => !isOutside(file)),
    [],
  );
  const inside = sources.filter(({ file }) => !isOutside(file));
  assert.deepEqual(importers(/^worker\/(docs|doctor\/cli)\//, inside), []);
});

test("the element takes only types from the Worker, and only from its contract", () => {
  let taken = 0;
  for (const { file, text } of readSources("component/**/*.{ts,tsx}")) {
    for (const [statement, path] of text.matchAll(/\b(?:import|export)\b[^;]*?"([^"]*\bworker\/[^"]+)"/g)) {
      assert.match(statement, /^(import|export) type\b/, file);
      assert.match(path ?? "", /\/worker\/contract\.ts$/, file);
      taken++;
    }
  }
  assert.ok(taken > 5);
});

test("nothing holds up a Durable Object while it waits for somebody else", () => {
  for (const { file, text } of sources) assert.ok(!text.includes("blockConcurrencyWhile"), file);
});
