/** `npm start`: the demo on its default ports, until Ctrl-C. */
import { closeOnSignals } from "../simulators/close-on-signals.ts";
import { defaultPorts } from "../simulators/ports.ts";
import { type Demo, startDemo } from "./start.ts";

let demo: Demo | undefined;
closeOnSignals(() => demo?.close());

try {
  demo = await startDemo({ ports: { host: 5173, worker: 8787, ...defaultPorts }, quiet: false });
  console.log(`the stand-ins' control page: ${demo.control.url}`);
  console.log(`bank-link demo ready: ${demo.url}`);
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exit(1);
}
