/** `npm start`: the demo on its usual ports, until Ctrl-C. */
import { type Demo, startDemo } from "./start.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

let demo: Demo | undefined;
let ending = false;

for (const signal of SIGNALS) {
  process.on(signal, async () => {
    // Ctrl-C under npm arrives twice: from the terminal and from npm.
    if (ending) return;
    ending = true;
    // While it is still starting there is nothing to close in good order: leaving ends the rest.
    await demo?.close();
    process.exit(0);
  });
}

try {
  demo = await startDemo({
    ports: { host: 5173, worker: 8787, cybrid: 5181, lynx: 5182, plaid: 5183 },
    quiet: false,
  });
  console.log(`bank-link demo ready: ${demo.url}`);
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exit(1);
}
