/**
 * `npm run dev`: the demo's page and the Worker against the real platforms, with the credentials in .dev.vars.
 * DEMO_CUSTOMERS there names who signs in: `cybrid:<customer guid>,lynx:<member id>`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { closeOnSignals } from "../simulators/close-on-signals.ts";
import { assertFree } from "../simulators/ports.ts";
import { type Customer, startHost } from "./host/index.ts";
import { startWorker } from "./worker-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const PORTS = { host: 5173, worker: 8787 };
const PLAID_SCRIPT_URL = "https://cdn.plaid.com/link/v2/stable/link-initialize.js";

const started = new AsyncDisposableStack();
closeOnSignals(() => started.disposeAsync());

try {
  const vars = readDevVars();
  const customers = parseCustomers(vars.DEMO_CUSTOMERS ?? "");
  const [apiKey] = (vars.API_KEYS ?? "").split(",");
  if (!apiKey) throw new Error(".dev.vars needs API_KEYS; the demo uses the first.");
  await assertFree(PORTS);

  const host = await startHost({
    port: PORTS.host,
    workerUrl: `http://localhost:${PORTS.worker}`,
    apiKey,
    plaidScriptUrl: PLAID_SCRIPT_URL,
    webhookSecret: vars.WEBHOOK_SECRET?.split(",")[0] ?? "",
    customers,
  });
  started.defer(host.close);
  const worker = await startWorker({
    port: PORTS.worker,
    persistTo: join(ROOT, ".wrangler/dev"),
    envFile: join(ROOT, ".dev.vars"),
    vars: {
      ENVIRONMENT: vars.ENVIRONMENT ?? "sandbox",
      PROVIDERS: vars.PROVIDERS ?? [...new Set(customers.map(({ provider }) => provider))].join(","),
      ALLOWED_ORIGINS: vars.ALLOWED_ORIGINS ?? host.url,
      // The demo's own page, which must be registered with the provider.
      REDIRECT_URIS: vars.REDIRECT_URIS ?? `${host.url}/`,
    },
    onLine: (line) => console.log(line),
  });
  started.defer(worker.close);
  console.log(`bank-link against the real platforms: ${host.url}`);
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exit(1);
}

function readDevVars(): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(join(ROOT, ".dev.vars"), "utf8"));
  } catch {
    throw new Error("There is no .dev.vars: put your sandbox credentials there, one NAME=value a line.");
  }
}

function parseCustomers(text: string): Customer[] {
  const customers = text.split(",").flatMap((entry, index): Customer[] => {
    const [provider, customerId] = entry.trim().split(":", 2);
    if ((provider !== "cybrid" && provider !== "lynx") || !customerId) return [];
    return [{ label: `Customer ${index + 1}`, provider, customerId }];
  });
  if (customers.length === 0) {
    throw new Error(".dev.vars needs DEMO_CUSTOMERS, such as cybrid:<customer guid> or lynx:<member id>.");
  }
  return customers;
}
