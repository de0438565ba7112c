/** The real Worker, killed and restarted on the same storage. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startWorker, type WorkerProcess } from "../demo/worker-process.ts";
import { freePort } from "../simulators/ports.ts";
import { providerVars } from "../simulators/provider-vars.ts";
import { UPSTREAM_TIMEOUT_S } from "./limits.ts";
import type { StandIns } from "./stand-ins.ts";
import { WEBHOOK_SECRET } from "./webhook-receiver.ts";

export const API_KEY = "chaos-api-key-for-this-machine-only";
export const SESSION_SECRET = "chaos-session-secret-for-this-machine-only";
const REDIRECT_URI = "https://shop.example.com/bank";

/** `account-post`: at the moment when a provider receives the call that creates an account. */
export type KillMoment = "any" | "account-post";

export interface Kill {
  atMs: number;
  moment: KillMoment;
  /** When it answered again. */
  backAtMs: number;
}

export class RestartableWorker {
  readonly url: string;
  readonly kills: Kill[] = [];
  /** What the Worker itself logs as unexpected, and how often. */
  readonly unexpected = new Map<string, number>();
  readonly #port: number;
  readonly #persistTo: string;
  readonly #vars: Record<string, string>;
  #process: WorkerProcess | null = null;

  private constructor(port: number, persistTo: string, vars: Record<string, string>) {
    this.#port = port;
    this.#persistTo = persistTo;
    this.#vars = vars;
    this.url = `http://localhost:${port}`;
  }

  /** `vars` override the run's own. */
  static async start(
    standIns: StandIns,
    webhookUrl: string,
    vars: Record<string, string>,
  ): Promise<RestartableWorker> {
    const persistTo = await mkdtemp(join(tmpdir(), "bank-link-chaos-"));
    const worker = new RestartableWorker(await freePort(), persistTo, {
      ...varsFor(standIns, webhookUrl),
      ...vars,
    });
    await worker.#begin();
    return worker;
  }

  /** The signal is sent before this returns; the promise settles when the Worker answers again. */
  async killAndRestart(moment: KillMoment): Promise<void> {
    const atMs = Date.now();
    await this.#process?.kill();
    this.#process = null;
    await this.#begin();
    this.kills.push({ atMs, moment, backAtMs: Date.now() });
  }

  async close(): Promise<void> {
    await this.#process?.close();
    await rm(this.#persistTo, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async #begin(): Promise<void> {
    this.#process = await startWorker({
      port: this.#port,
      persistTo: this.#persistTo,
      vars: this.#vars,
      onLine: (line) => this.#notice(line),
    });
  }

  #notice(line: string): void {
    const reason = line.startsWith('{"event":"unexpected"')
      ? JSON.parse(line).reason
      : /error/i.test(line) && !/^({|\[wrangler:info\])/.test(line)
        ? line.trim()
        : null;
    if (reason) this.unexpected.set(reason, (this.unexpected.get(reason) ?? 0) + 1);
  }
}

function varsFor({ cybrid, lynx }: StandIns, webhookUrl: string): Record<string, string> {
  return {
    ...providerVars(cybrid, lynx),
    REDIRECT_URIS: REDIRECT_URI,
    SESSION_SECRET,
    API_KEYS: API_KEY,
    WEBHOOK_URL: webhookUrl,
    WEBHOOK_SECRET,
    UPSTREAM_TIMEOUT_SECONDS: String(UPSTREAM_TIMEOUT_S),
  };
}
