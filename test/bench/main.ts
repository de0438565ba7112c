/**
 * `npm run bench` after a build: the project's target figures, as measured on this machine. It asserts nothing, since
 * absolute times depend on the machine; ratios, sizes and numbers of polls do not.
 *
 *   node test/bench/main.ts [--runs 15]
 */
import { parseArgs } from "node:util";
import { openDemo } from "../e2e/demo-page.ts";
import { cost } from "./cost.ts";
import { launchTimes } from "./launch.ts";
import { sizes } from "./sizes.ts";
import { sweep } from "./sweep.ts";
import { tokenDelay } from "./token-delay.ts";

const { values } = parseArgs({ options: { runs: { type: "string", default: "15" } } });

console.log(`\n${await sizes()}\n`);
console.log(`${await cost()}\n`);
console.log(`${await sweep()}\n`);
const open = await openDemo();
try {
  console.log(`${await tokenDelay(open.demo)}\n`);
  const { workflowMs } = open.demo.cybrid.settings;
  console.log(await launchTimes(open, Number(values.runs)));
  console.log(`(against the stand-ins, whose workflow takes ${workflowMs} ms; ${values.runs} runs each)\n`);
} finally {
  await open.close();
}
