/**
 * The fault run: thousands of links through the real Worker, a quarter of all upstream calls faulty, the Worker
 * killed in the middle again and again, the providers' own protections off.
 * Ends with 1 when an account is doubled, a success untrue, or a finished account unreported.
 *
 *   node test/chaos/main.ts --links 5000 --seed 1 [--kills 20]
 *
 * `--ownership` puts Cybrid's ownership check behind the links of individuals.
 * `--tell slowest`, or the code of a problem, tells the stories of such links besides those that offend.
 */
import { parseArgs } from "node:util";
import { Crowd } from "./crowd.ts";
import { Journal } from "./journal.ts";
import { Killer } from "./killer.ts";
import { readWhenAtRest } from "./ledger-reader.ts";
import { KILLS_DEFAULT, LINKS_DEFAULT, LINKS_PER_KILL_MIN, PROGRESS_EVERY_MS } from "./limits.ts";
import { MortalWorker } from "./mortal-worker.ts";
import { planVisits } from "./plan.ts";
import { measureRecovery } from "./recovery.ts";
import { report } from "./report.ts";
import { startStandIns } from "./stand-ins.ts";
import { tellStories } from "./stories.ts";
import { judge } from "./verdict.ts";
import { WebhookReceiver } from "./webhook-receiver.ts";

const { values } = parseArgs({
  options: {
    links: { type: "string" },
    seed: { type: "string" },
    kills: { type: "string" },
    tell: { type: "string" },
    ownership: { type: "boolean", default: false },
  },
});
const linkCount = wholeNumber("links", values.links) ?? LINKS_DEFAULT;
const seed = wholeNumber("seed", values.seed) ?? 1;
const killCount =
  wholeNumber("kills", values.kills) ?? Math.min(KILLS_DEFAULT, Math.floor(linkCount / LINKS_PER_KILL_MIN));

// Leaving by `exit` takes the Worker along; a signal's own way out would leave it running.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const startedAtMs = Date.now();
const journal = new Journal();
const standIns = await startStandIns({ seed, onCreateAccount: () => killer?.accountPosted() });
const receiver = await WebhookReceiver.start({
  journal,
  seed,
  isLive: (provider, customerId, accountId) =>
    standIns.held(provider, customerId).some(({ id, live }) => id === accountId && live),
});
let worker: MortalWorker | undefined;
let killer: Killer | undefined;
try {
  worker = await MortalWorker.start(standIns, receiver.url, {
    CYBRID_VERIFY_OWNERSHIP: String(values.ownership),
  });
  const crowd = new Crowd(worker.url, standIns, journal);
  killer = new Killer({ worker, kills: killCount, seed, progress: () => crowd.done / linkCount });
  process.exitCode = await run(worker, crowd, killer);
} finally {
  await worker?.close();
  await receiver.close();
  await standIns.close();
}

async function run(worker: MortalWorker, crowd: Crowd, killer: Killer): Promise<number> {
  const progress = setInterval(() => {
    const { length: calls } = standIns.calls();
    console.error(
      `${crowd.done} of ${linkCount} links, ${calls} upstream calls, ${worker.kills.length} kills`,
    );
  }, PROGRESS_EVERY_MS);
  try {
    await Promise.all([crowd.run(planVisits(linkCount, seed)), killer.run()]);
  } finally {
    clearInterval(progress);
  }
  const customers = new Map(
    crowd.visits.map(({ provider, customerId }) => [customerId, { provider, customerId }]),
  );
  const links = await readWhenAtRest(worker.url, [...customers.values()], ({ id }) => receiver.wasToldOf(id));

  const evidence = {
    startedAtMs,
    visits: crowd.visits,
    held: [...standIns.held("cybrid"), ...standIns.held("lynx")],
    links,
    entries: journal.entries,
    calls: standIns.calls(),
    kills: worker.kills,
  };
  const verdict = judge(evidence);
  const recovery = measureRecovery(evidence);
  const about = { seed, tookMs: Date.now() - startedAtMs, webhooks: receiver, unexpected: worker.unexpected };
  for (const line of report({ ...evidence, ...about, verdict, recovery })) console.log(line);

  for (const text of tellStories({ ...evidence, seed, verdict, recovery, also: values.tell }))
    console.log(text);
  return verdict.offences.length === 0 ? 0 : 1;
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} takes a whole number, not ${text}`);
  return value;
}
