/** The whole demo on this machine: stand-ins for Cybrid, Lynx and Plaid, the real Worker, a host with its page. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Control } from "../simulators/control/index.ts";
import type { CybridSimulator } from "../simulators/cybrid/index.ts";
import type { LynxSimulator } from "../simulators/lynx/index.ts";
import type { PlaidStandIn } from "../simulators/plaid/index.ts";
import { assertFree, type StandInPorts } from "../simulators/ports.ts";
import { startStandIns } from "../simulators/start-stand-ins.ts";
import { type Customer, type Host, startHost } from "./host/index.ts";
import { providerVars } from "./provider-vars.ts";
import { freePort, startWorker, type WorkerOptions, type WorkerProcess } from "./worker-process.ts";

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
  /** Variables of the Worker, over the demo's own. */
  vars?: Record<string, string>;
}

export interface Demo {
  /** The page's address. */
  url: string;
  apiKey: string;
  customers: Customer[];
  worker: WorkerProcess;
  /** To start the same Worker again on the same storage, after `worker.kill()`. */
  workerOptions: WorkerOptions;
  cybrid: CybridSimulator;
  lynx: LynxSimulator;
  plaid: PlaidStandIn;
  control: Control;
  host: Host;
  close(): Promise<void>;
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
  for (const [name, port] of Object.entries(ports)) await assertFree(name, port);

  // Ended in the opposite order, also when one of them does not start.
  const started: { close(): Promise<unknown> }[] = [];
  const keep = <Part extends { close(): Promise<unknown> }>(part: Part): Part => {
    started.push(part);
    return part;
  };
  const close = async () => {
    for (const part of started.splice(0).reverse()) await part.close();
  };

  try {
    const persistTo = options.persistTo ?? keep(await temporaryFolder()).path;
    const { cybrid, lynx, plaid, control } = keep(await startStandIns(ports));
    const customers: Customer[] = [
      { label: "Customer 1", provider: "cybrid", customerId: cybrid.addCustomer({ type: "individual" }) },
      { label: "Customer 2", provider: "cybrid", customerId: cybrid.addCustomer({ type: "individual" }) },
      { label: "Customer 1", provider: "lynx", customerId: "member-1" },
      { label: "Customer 2", provider: "lynx", customerId: "member-2" },
    ];
    const host = keep(
      await startHost({
        port: ports.host,
        workerUrl: `http://localhost:${ports.worker}`,
        apiKey: API_KEY,
        plaidScriptUrl: plaid.scriptUrl,
        webhookSecret: WEBHOOK_SECRET,
        controlUrl: control.url,
        customers,
        expireConnection: async ({ accountId }) => cybrid.forceState(accountId, "refresh_required"),
      }),
    );
    const workerOptions: WorkerOptions = {
      port: ports.worker,
      persistTo,
      vars: { ...demoVars(host.url, cybrid, lynx), ...options.vars },
      ...(options.quiet === false ? { onLine: printNotable } : {}),
    };
    const worker = keep(await startWorker(workerOptions));
    return {
      url: host.url,
      apiKey: API_KEY,
      customers,
      worker,
      workerOptions,
      cybrid,
      lynx,
      plaid,
      control,
      host,
      close,
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

function demoVars(hostUrl: string, cybrid: CybridSimulator, lynx: LynxSimulator): Record<string, string> {
  return {
    ...providerVars(cybrid, lynx),
    ALLOWED_ORIGINS: hostUrl,
    REDIRECT_URIS: `${hostUrl}/`,
    SESSION_SECRET,
    API_KEYS: API_KEY,
    // By number: where a name leads to two addresses, only one of them is listened on.
    WEBHOOK_URL: `http://127.0.0.1:${new URL(hostUrl).port}/webhooks`,
    WEBHOOK_SECRET,
  };
}

/** The Worker's log and what went wrong, without wrangler's own talk. */
function printNotable(line: string): void {
  if (line.startsWith("{") || /error/i.test(line)) console.log(line);
}

async function temporaryFolder(): Promise<{ path: string; close(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "bank-link-"));
  return { path, close: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) };
}
