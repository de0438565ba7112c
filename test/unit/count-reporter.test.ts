import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

const REPORTER = join(import.meta.dirname, "../count-reporter.ts");

/** The counts of a run of one file. */
function countsOf(t: TestContext, code: string) {
  const folder = mkdtempSync(join(tmpdir(), "bank-link-counts-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "a.test.mjs");
  writeFileSync(file, `import { describe, test } from "node:test";\n${code}`);
  const counts = join(folder, "counts.json");
  // Left in, it would make the run a part of this one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  spawnSync(process.execPath, ["--test", `--test-reporter=${REPORTER}`, file], {
    env: { ...env, TEST_COUNTS: counts },
  });
  return JSON.parse(readFileSync(counts, "utf8"));
}

test("tests are counted, the suites around them are not", (t) => {
  const code = `describe("a suite", () => {
    test("passes", () => {});
    test("fails", () => { throw new Error("no"); });
    test("is skipped", { skip: true });
  });`;
  assert.deepEqual(countsOf(t, code), { passed: 1, failed: 1, skipped: 1 });
});

test("a suite whose own code fails counts as a failure, since its tests are not reported", (t) => {
  const code = `describe("a suite", () => {
    throw new Error("no");
  });`;
  assert.equal(countsOf(t, code).failed, 1);
});
