/** The real Worker in workerd: `wrangler dev` as a child process, ended with all its children. */
import { type ChildProcess, spawn } from "node:child_process";
import { devNull } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

export interface WorkerOptions {
  port: number;
  vars: Record<string, string>;
  /** Where local KV and Durable Objects are kept: the same folder again continues with what they held. */
  persistTo: string;
  /** Real credentials. Left out: none, since they must not be sent to the stand-ins. */
  envFile?: string;
  /** Each line that the Worker or wrangler prints. */
  onLine?: (line: string) => void;
}

export interface WorkerProcess {
  url: string;
  /** Every line printed so far. */
  output: string[];
  /** The Worker's own log: the printed lines that are JSON objects. */
  logs(): Record<string, unknown>[];
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

const ROOT = join(import.meta.dirname, "../..");
const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
const READY_WITHIN_MS = 60_000;
const READY_POLL_MS = 100;
const END_WITHIN_MS = 5_000;

export async function startWorker(options: WorkerOptions): Promise<WorkerProcess> {
  const url = `http://localhost:${options.port}`;
  // A group of its own, so that one signal reaches wrangler, its helpers and workerd.
  const child = spawn(process.execPath, [WRANGLER, "dev", ...wranglerArguments(options)], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      WRANGLER_SEND_METRICS: "false",
      // No request leaves this machine, not even for its location.
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_LOG_PATH: join(options.persistTo, "wrangler-logs"),
      NO_COLOR: "1",
    },
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      output.push(line);
      options.onLine?.(line);
    });
  }
  // However this process ends, workerd does not outlive it.
  const killWithParent = () => signalGroup(child, "SIGKILL");
  process.once("exit", killWithParent);

  async function end(signal: NodeJS.Signals): Promise<void> {
    process.off("exit", killWithParent);
    signalGroup(child, signal);
    const deadline = Date.now() + END_WITHIN_MS;
    while (groupIsAlive(child) && Date.now() < deadline) await delay(20);
    signalGroup(child, "SIGKILL");
  }

  try {
    await untilReady(url, child);
  } catch (cause) {
    await end("SIGKILL");
    throw new Error(`the Worker did not start:\n${output.slice(-40).join("\n")}`, { cause });
  }
  return {
    url,
    output,
    logs: () => output.flatMap(parseLogLine),
    kill: () => end("SIGKILL"),
    close: () => end("SIGTERM"),
  };
}

function wranglerArguments({ port, vars, persistTo, envFile }: WorkerOptions): string[] {
  return [
    ...["--port", String(port), "--ip", "127.0.0.1", "--inspector-port", "0"],
    ...["--persist-to", persistTo, "--show-interactive-dev-session=false", "--test-scheduled"],
    ...["--env-file", envFile ?? devNull],
    ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
  ];
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`wrangler ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    if (answer?.ok) return;
    await delay(READY_POLL_MS);
  }
  throw new Error(`${url}/healthz did not answer`);
}

function parseLogLine(line: string): Record<string, unknown>[] {
  if (!line.startsWith("{")) return [];
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (!child.pid) return false;
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

function groupIsAlive(child: ChildProcess): boolean {
  return signalGroup(child, 0);
}
