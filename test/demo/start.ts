/** The whole demo on this machine: stand-ins for Cybrid, Lynx and Plaid, the real Worker, a host with its page. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CybridStandIn } from "../simulators/cybrid/index.ts";
import type { LynxStandIn } from "../simulators/lynx/index.ts";
import { assertFree, freePort, type StandInPorts } from "../simulators/ports.ts";
import { providerVars } from "../simulators/provider-vars.ts";
import { type RunningStandIns, startStandIns } from "../simulators/start-stand-ins.ts";
import { type Customer, type Host, startHost } from "./host/index.ts";
import { startWorker, type WorkerOptions, type WorkerProcess } from "./worker-process.ts";

export interface DemoPorts extends StandInPorts {
  host: number;
  worker: number;
}

export interface DemoOptions {
  /** Left out: free ones. */
  ports?: DemoPorts;
  /** Left out: a new folder, removed at the end. */
  persistTo?: string;
  /** False: prints the Worker's output. */
  quiet?: boolean;
  /** Variables of the Worker, which override the demo's own. */
  vars?: Record<string, string>;
}

export interface Demo extends RunningStandIns {
  /** The page's URL. */
  url: string;
  apiKey: string;
  customers: Customer[];
  worker: WorkerProcess;
  /** To start the same Worker again on the same storage, after `worker.kill()`. */
  workerOptions: WorkerOptions;
  host: Host;
}

const API_KEY = "demo-api-key-for-this-machine-only";
const SESSION_SECRET = "demo-session-secret-for-this-machine-only";
const WEBHOOK_SECRET = `whsec_${Buffer.from("demo-webhook-secret-for-this-machine-only").toString("base64")}`;

export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const ports = options.ports ?? {
    host: 0,
    worker: await freePort(),
    control: 0,
    cybrid: 0,
    lynx: 0,
    plaid: 0,
  };
  await assertFree({ ...ports });

  await using started = new AsyncDisposableStack();
  const persistTo = options.persistTo ?? (await temporaryFolder(started));
  const standIns = await startStandIns(ports);
  started.defer(standIns.close);
  const { cybrid, lynx, plaid, control } = standIns;
  const customers: Customer[] = [
    { label: "Customer 1", provider: "cybrid", customerId: cybrid.addCustomer({ type: "individual" }) },
    { label: "Customer 2", provider: "cybrid", customerId: cybrid.addCustomer({ type: "individual" }) },
    { label: "Customer 1", provider: "lynx", customerId: "member-1" },
    { label: "Customer 2", provider: "lynx", customerId: "member-2" },
  ];
  const host = await startHost({
    port: ports.host,
    workerUrl: `http://localhost:${ports.worker}`,
    apiKey: API_KEY,
    plaidScriptUrl: plaid.scriptUrl,
    webhookSecret: WEBHOOK_SECRET,
    controlUrl: control.url,
    customers,
    expireConnection: async ({ accountId }) => cybrid.forceState(accountId, "refresh_required"),
  });
  started.defer(host.close);
  const workerOptions: WorkerOptions = {
    port: ports.worker,
    persistTo,
    vars: { ...demoVars(host.url, cybrid, lynx), ...options.vars },
    ...(options.quiet === false && { onLine: printNotable }),
  };
  const worker = await startWorker(workerOptions);
  started.defer(worker.close);

  const running = started.move();
  return {
    ...standIns,
    url: host.url,
    apiKey: API_KEY,
    customers,
    worker,
    workerOptions,
    host,
    close: () => running.disposeAsync(),
  };
}

function demoVars(hostUrl: string, cybrid: CybridStandIn, lynx: LynxStandIn): Record<string, string> {
  return {
    ...providerVars(cybrid, lynx),
    ALLOWED_ORIGINS: hostUrl,
    REDIRECT_URIS: `${hostUrl}/`,
    SESSION_SECRET,
    API_KEYS: API_KEY,
    // By number: where a name resolves to two addresses, only one of them is listened on.
    WEBHOOK_URL: `http://127.0.0.1:${new URL(hostUrl).port}/webhooks`,
    WEBHOOK_SECRET,
  };
}

/** The Worker's log and its errors, without wrangler's other output. */
function printNotable(line: string): void {
  if (line.startsWith("{") || /error/i.test(line)) console.log(line);
}

async function temporaryFolder(started: AsyncDisposableStack): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "bank-link-"));
  started.defer(() => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return path;
}
