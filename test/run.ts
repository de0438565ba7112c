/**
 * Runs every layer, and ends with one line: `N passed, N failed`.
 * `node test/run.ts api e2e` runs only those layers.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, wantedEngines } from "./engines.ts";

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

interface Layer {
  name: string;
  command: string[];
  /** The only engine that it runs in. */
  engine?: Engine;
  /** Counts tests into the file named by TEST_COUNTS; otherwise the command itself is one check. */
  counts: boolean;
}

/** Far above what any test takes, so that one that hangs is a failure. */
const TEST_TIMEOUT_MS = 120_000;

/** A layer that does not exit after its tests is a failure too. */
const LAYER_TIMEOUT_MS = 20 * 60_000;

const nodeTest = (concurrency: number, ...files: string[]) => [
  "node",
  "--test",
  `--test-concurrency=${concurrency}`,
  `--test-timeout=${TEST_TIMEOUT_MS}`,
  "--test-reporter=spec",
  "--test-reporter-destination=stdout",
  "--test-reporter=./test/count-reporter.ts",
  "--test-reporter-destination=stderr",
  ...files,
];

/** WebKit has a driver of its own, and so tests of its own; the stand-ins are tested in one engine. */
const END_TO_END: Record<Engine, string[]> = {
  chromium: ["test/e2e/*.test.ts", "test/e2e/simulators/*.test.ts"],
  firefox: ["test/e2e/*.test.ts"],
  webkit: ["test/e2e/webkit/*.test.ts"],
};

const layers: Layer[] = [
  { name: "build", command: ["npm", "run", "build", "--silent"], counts: false },
  { name: "types", command: ["npm", "run", "types", "--silent"], counts: false },
  { name: "lint", command: ["npm", "run", "lint", "--silent"], counts: false },
  { name: "unit", command: nodeTest(2, "test/unit/**/*.test.ts"), counts: true },
  { name: "api", command: nodeTest(2, "test/api/**/*.test.ts"), counts: true },
  { name: "browser", command: ["wtr", "--config", "test/browser/web-test-runner.config.js"], counts: true },
  ...wantedEngines.map((engine) => ({
    name: "e2e",
    engine,
    command: nodeTest(1, ...END_TO_END[engine]),
    counts: true,
  })),
];

async function runLayer(layer: Layer, label: string, countsFile: string): Promise<Count> {
  console.log(`\n── ${label}`);
  const [command = "", ...args] = layer.command;
  const exitCode = await new Promise<number>((resolve) => {
    const child = spawn(command, args, {
      stdio: "inherit",
      timeout: LAYER_TIMEOUT_MS,
      env: {
        ...process.env,
        ...(layer.engine && { BROWSERS: layer.engine }),
        TEST_COUNTS: countsFile,
        WDIO_LOG_LEVEL: "error",
        WRANGLER_SEND_METRICS: "false",
      },
    });
    child.on("error", () => resolve(1));
    child.on("close", (code) => resolve(code ?? 1));
  });
  const checked = { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
  if (!layer.counts) return checked;
  const counted: Count | null = await readFile(countsFile, "utf8").then(JSON.parse, () => null);
  // A runner that crashed, or failed without a failing test, is a failure too.
  if (!counted || (exitCode !== 0 && counted.failed === 0)) return { ...checked, failed: 1, passed: 0 };
  return counted;
}

const only = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "bank-link-test-"));
const total: Count = { passed: 0, failed: 0, skipped: 0 };
for (const layer of layers.filter(({ name }) => only.length === 0 || only.includes(name))) {
  const label = layer.engine ? `${layer.name}, ${layer.engine}` : layer.name;
  const count = await runLayer(layer, label, join(folder, `${label}.json`));
  console.log(`── ${label}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
}
await rm(folder, { recursive: true });
if (total.skipped > 0) console.log(`\n${total.skipped} skipped`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
