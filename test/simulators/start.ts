/** The whole demo on this machine: stand-ins for Cybrid, Lynx and Plaid, the real Worker, a host with its page. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CybridSimulator, startCybrid } from "./cybrid/index.ts";
import { type Customer, type Host, startHost } from "./host/index.ts";
import { type LynxSimulator, startLynx } from "./lynx/index.ts";
import { PlaidBackend } from "./plaid/backend.ts";
import { type PlaidStandIn, startPlaid } from "./plaid/index.ts";
import { freePort, startWorker, type WorkerOptions, type WorkerProcess } from "./worker-process.ts";

export interface DemoPorts {
  host: number;
  worker: number;
  cybrid: number;
  lynx: number;
  plaid: number;
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
  host: Host;
  close(): Promise<void>;
}

const API_KEY = "demo-api-key-for-this-machine-only";
const SESSION_SECRET = "demo-session-secret-for-this-machine-only";

export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const ports = options.ports ?? { host: 0, worker: await freePort(), cybrid: 0, lynx: 0, plaid: 0 };
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
    const backend = new PlaidBackend();
    const cybrid = keep(await startCybrid({ plaid: backend, port: ports.cybrid }));
    const lynx = keep(await startLynx({ plaid: backend, port: ports.lynx }));
    const plaid = keep(await startPlaid({ backend, port: ports.plaid }));
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
    PROVIDERS: "cybrid,lynx",
    ENVIRONMENT: "sandbox",
    ALLOWED_ORIGINS: hostUrl,
    REDIRECT_URIS: `${hostUrl}/`,
    SESSION_SECRET,
    API_KEYS: API_KEY,
    CYBRID_API_URL: cybrid.url,
    CYBRID_IDENTITY_URL: cybrid.identityUrl,
    CYBRID_CLIENT_ID: cybrid.settings.clientId,
    CYBRID_CLIENT_SECRET: cybrid.settings.clientSecret,
    LYNX_API_URL: lynx.url,
    LYNX_CLIENT_ID: lynx.settings.clientId,
    LYNX_CLIENT_SECRET: lynx.settings.clientSecret,
    LYNX_CLIENT_ORG: lynx.settings.clientOrgName,
    LYNX_LINK_TOKEN_PATH: lynx.paths.linkToken,
    LYNX_LINK_VERIFIED_PATH: lynx.paths.linkVerified,
    ...(lynx.paths.accounts === null ? {} : { LYNX_ACCOUNTS_PATH: lynx.paths.accounts }),
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

/** Says which one is taken; wrangler alone would quietly take the next. */
function assertFree(name: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", ({ code, message }: NodeJS.ErrnoException) => {
      const reason = code === "EADDRINUSE" ? "is taken: end what listens there and try again" : message;
      reject(new Error(`port ${port} (${name}) ${reason}`));
    });
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}
