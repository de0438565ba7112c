/** One row of the matrix: the real Worker against faulty stand-ins, judged at the end. */
import { Crowd } from "./crowd.ts";
import { Journal } from "./journal.ts";
import { Killer } from "./killer.ts";
import { readWhenSettled } from "./ledger-reader.ts";
import { CONTRADICTION_WATCHED_MS, PROGRESS_EVERY_MS } from "./limits.ts";
import { planVisits } from "./plan.ts";
import { measureRecovery } from "./recovery.ts";
import { type MatrixRow, report, share } from "./report.ts";
import { RestartableWorker } from "./restartable-worker.ts";
import { ROWS, type RowName } from "./rows.ts";
import { findClaimed, startStandIns } from "./stand-ins.ts";
import { timelines } from "./timelines.ts";
import { isOpenByDesign, judge, openMs, passes } from "./verdict.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";

export interface RunOptions {
  links: number;
  kills: number;
  seed: number;
  ownership: boolean;
  /** Whose timelines are printed besides those of offending links. */
  show: string | undefined;
}

export interface RunResult extends MatrixRow {
  report: string[];
  timelines: string[];
}

export async function runRow(name: RowName, options: RunOptions): Promise<RunResult> {
  const { links: linkCount, kills, seed, ownership, show } = options;
  const startedAtMs = Date.now();
  const journal = new Journal();
  const row = ROWS[name];
  let killer: Killer | undefined;

  await using started = new AsyncDisposableStack();
  const standIns = await startStandIns({ seed, row, onCreateAccount: () => killer?.accountPosted() });
  started.defer(standIns.close);
  const receiver = await startWebhookReceiver({
    journal,
    seed,
    isLive: (provider, customerId, accountId, visitId) =>
      findClaimed(standIns.held(provider, customerId), accountId, visitId)?.live ?? false,
  });
  started.defer(receiver.close);
  const worker = await RestartableWorker.start(standIns, receiver.url, {
    CYBRID_VERIFY_OWNERSHIP: String(ownership),
  });
  started.defer(() => worker.close());
  const crowd = new Crowd(worker.url, standIns, journal);
  killer = new Killer({ worker, kills, seed, progress: () => crowd.done / linkCount });

  const progress = setInterval(() => {
    const { length: calls } = standIns.calls();
    console.error(
      `${name}: ${crowd.done} of ${linkCount} links, ${calls} upstream calls, ${worker.kills.length} kills`,
    );
  }, PROGRESS_EVERY_MS);
  started.defer(() => clearInterval(progress));
  await Promise.all([crowd.run(planVisits(linkCount, seed, row.crowding)), killer.run()]);
  clearInterval(progress);

  const customers = new Map(
    crowd.visits.map(({ provider, customerId }) => [customerId, { provider, customerId }]),
  );
  const visitsById = new Map<string | null, (typeof crowd.visits)[number]>(
    crowd.visits.map((record) => [record.visit.id, record]),
  );
  const links = await readWhenSettled(
    worker.url,
    [...customers.values()],
    ({ id }) => receiver.hasOutcomeOf(id),
    (link) =>
      openMs(link, Date.now()) > CONTRADICTION_WATCHED_MS &&
      isOpenByDesign(link, visitsById.get(link.reference), standIns.held(link.provider)),
  );

  const evidence = {
    startedAtMs,
    visits: crowd.visits,
    held: [...standIns.held("cybrid"), ...standIns.held("lynx")],
    links,
    readAtMs: Date.now(),
    entries: journal.entries,
    calls: standIns.calls(),
    kills: worker.kills,
  };
  const verdict = judge(evidence);
  const recovery = measureRecovery(evidence);
  const tookMs = Date.now() - startedAtMs;
  const about = { row: name, seed, tookMs, webhooks: receiver, unexpected: worker.unexpected };
  return {
    name,
    links: crowd.visits.length,
    faulty: share(evidence.calls.filter(({ fault }) => fault !== undefined).length, evidence.calls.length),
    verdict,
    recovery: recovery.disturbed,
    tookMs,
    hasPassed: passes(verdict, crowd.visits.length),
    report: report({ ...evidence, ...about, verdict, recovery }),
    timelines: timelines({ ...evidence, seed, verdict, recovery, show }),
  };
}
