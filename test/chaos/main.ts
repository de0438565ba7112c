/**
 * The fault run: thousands of links through the real Worker, a quarter of all upstream calls faulty, the Worker
 * killed repeatedly, the providers' own protections off.
 * Exits with 1 when an account is doubled, a success untrue, or a finished account unreported.
 *
 *   node test/chaos/main.ts --links 5000 --seed 1 [--kills 20]
 *
 * `--ownership` adds Cybrid's ownership check to the links of individuals.
 * `--show slowest`, or the code of a problem, prints the timelines of such links besides those that offend.
 */
import { parseArgs } from "node:util";
import { Crowd } from "./crowd.ts";
import { Journal } from "./journal.ts";
import { Killer } from "./killer.ts";
import { readWhenSettled } from "./ledger-reader.ts";
import { KILLS_DEFAULT, LINKS_DEFAULT, LINKS_PER_KILL_MIN, PROGRESS_EVERY_MS } from "./limits.ts";
import { planVisits } from "./plan.ts";
import { measureRecovery } from "./recovery.ts";
import { report } from "./report.ts";
import { RestartableWorker } from "./restartable-worker.ts";
import { startStandIns } from "./stand-ins.ts";
import { timelines } from "./timelines.ts";
import { judge } from "./verdict.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";

const { values } = parseArgs({
  options: {
    links: { type: "string" },
    seed: { type: "string" },
    kills: { type: "string" },
    show: { type: "string" },
    ownership: { type: "boolean", default: false },
  },
});
const linkCount = wholeNumber("links", values.links) ?? LINKS_DEFAULT;
const seed = wholeNumber("seed", values.seed) ?? 1;
const killCount =
  wholeNumber("kills", values.kills) ?? Math.min(KILLS_DEFAULT, Math.floor(linkCount / LINKS_PER_KILL_MIN));

// `exit` ends the Worker too; the default handling of a signal would leave it running.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

process.exitCode = await run();

async function run(): Promise<number> {
  const startedAtMs = Date.now();
  const journal = new Journal();
  let killer: Killer | undefined;

  await using started = new AsyncDisposableStack();
  const standIns = await startStandIns({ seed, onCreateAccount: () => killer?.accountPosted() });
  started.defer(standIns.close);
  const receiver = await startWebhookReceiver({
    journal,
    seed,
    isLive: (provider, customerId, accountId) =>
      standIns.held(provider, customerId).some(({ id, live }) => id === accountId && live),
  });
  started.defer(receiver.close);
  const worker = await RestartableWorker.start(standIns, receiver.url, {
    CYBRID_VERIFY_OWNERSHIP: String(values.ownership),
  });
  started.defer(() => worker.close());
  const crowd = new Crowd(worker.url, standIns, journal);
  killer = new Killer({ worker, kills: killCount, seed, progress: () => crowd.done / linkCount });

  const progress = setInterval(() => {
    const { length: calls } = standIns.calls();
    console.error(
      `${crowd.done} of ${linkCount} links, ${calls} upstream calls, ${worker.kills.length} kills`,
    );
  }, PROGRESS_EVERY_MS);
  started.defer(() => clearInterval(progress));
  await Promise.all([crowd.run(planVisits(linkCount, seed)), killer.run()]);
  clearInterval(progress);

  const customers = new Map(
    crowd.visits.map(({ provider, customerId }) => [customerId, { provider, customerId }]),
  );
  const links = await readWhenSettled(worker.url, [...customers.values()], ({ id }) =>
    receiver.hasOutcomeOf(id),
  );

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
  for (const line of timelines({ ...evidence, seed, verdict, recovery, show: values.show })) {
    console.log(line);
  }
  return verdict.offences.length === 0 ? 0 : 1;
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} takes a whole number, not ${text}`);
  return value;
}
