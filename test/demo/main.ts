/** `npm start`: the demo on its usual ports, until Ctrl-C. */
import { endWithSignals } from "../simulators/end-with-signals.ts";
import { usualPorts } from "../simulators/ports.ts";
import { type Demo, startDemo } from "./start.ts";

let demo: Demo | undefined;
endWithSignals(() => demo?.close());

try {
  demo = await startDemo({ ports: { host: 5173, worker: 8787, ...usualPorts }, quiet: false });
  console.log(`the stand-ins' control page: ${demo.control.url}`);
  console.log(`bank-link demo ready: ${demo.url}`);
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exit(1);
}
