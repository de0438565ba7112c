/**
 * `npm run bench` after a build: the figures that the project holds itself to, as this machine has them today. It asserts
 * nothing, since absolute times are the machine's; ratios, sizes and numbers of polls are ours.
 *
 *   node test/bench/main.ts [--runs 15]
 */
import { parseArgs } from "node:util";
import { openDemo } from "../e2e/demo-page.ts";
import { opening } from "./opening.ts";
import { sizes } from "./sizes.ts";
import { sweep } from "./sweep.ts";
import { tokenDelay } from "./token-delay.ts";

const { values } = parseArgs({ options: { runs: { type: "string", default: "15" } } });

console.log(`\n${await sizes()}\n`);
console.log(`${await sweep()}\n`);
const open = await openDemo();
try {
  console.log(`${await tokenDelay(open.demo)}\n`);
  const { workflowMs } = open.demo.cybrid.settings;
  console.log(await opening(open, Number(values.runs)));
  console.log(`(against the stand-ins, whose workflow takes ${workflowMs} ms; ${values.runs} runs each)\n`);
} finally {
  await open.close();
}
