/** `npm run stand-ins`: the stand-ins by themselves with their control page, until Ctrl-C. */
import { parseArgs } from "node:util";
import { closeOnSignals } from "./close-on-signals.ts";
import { assertFree, readPorts } from "./ports.ts";
import { type RunningStandIns, startStandIns } from "./start-stand-ins.ts";

let standIns: RunningStandIns | undefined;
closeOnSignals(() => standIns?.close());

try {
  const { values } = parseArgs({ options: { ports: { type: "string" } } });
  const ports = readPorts(values.ports ?? process.env.STAND_INS_PORTS ?? "");
  await assertFree({ ...ports });
  standIns = await startStandIns(ports);
  const { cybrid, lynx, plaid, control } = standIns;
  console.log(`Cybrid   ${cybrid.url}   ${cybrid.settings.clientId} / ${cybrid.settings.clientSecret}`);
  console.log(`Lynx     ${lynx.url}   ${lynx.settings.clientId} / ${lynx.settings.clientSecret}`);
  console.log(`Plaid    ${plaid.scriptUrl}`);
  console.log(`stand-ins ready: ${control.url}`);
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exit(1);
}
