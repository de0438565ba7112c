/**
 * Carries a link's work through: calls the provider, stores the outcome, waits, continues.
 * One run per link, joined through memory; a run that was lost is begun again by the alarm from what is stored.
 */
import {
  DRIVE_ERROR_RETRY_MS,
  DRIVE_GUARD_MARGIN_MS,
  HAND_OVER_MS,
  LATE_LOOKUPS_MS,
  READ_ATTEMPTS,
  WATCH_FIRST_POLL_MS,
} from "../limits.ts";
import { type Log, loggableId } from "../log.ts";
import { outcomeMessage } from "../notify/message.ts";
import { PROBLEMS } from "../problems/registry.ts";
import { type Provider, succeed } from "../providers/provider.ts";
import { detailsOf, enrich } from "./enrich-account.ts";
import { type LinkEvent, transition } from "./link-machine.ts";
import {
  type FinalizingLink,
  type LinkRecord,
  modeOf,
  type PreparingLink,
  sentAccount,
} from "./link-record.ts";
import type { Rules } from "./moves.ts";
import { stepOwnershipCheck } from "./ownership-check.ts";
import type { LedgerStore } from "./store.ts";

export interface DriverDependencies {
  store: LedgerStore;
  provider: (log: Log) => Provider;
  log: Log;
  /** Read late: an object outlives a configuration that was wrong. */
  upstreamTimeoutMs: () => number;
  now: () => number;
  sleep: (ms: number) => Promise<void>;
}

/** Work under way in memory. */
interface Run {
  settled: Promise<void>;
  /** Somebody waits for it until then; without anybody, a longer pause is left to the alarm. */
  attendedUntilMs: number;
}

type WorkingLink = PreparingLink | FinalizingLink;

export class Driver {
  readonly #runs = new Map<string, Run>();
  /** Posts whose intent this object has written, and which it has not sent yet. */
  readonly #unsent = new Set<string>();
  readonly #deps: DriverDependencies;

  constructor(deps: DriverDependencies) {
    this.#deps = deps;
  }

  /** Begins or joins the link's run, for somebody who waits until then. Settles when nothing is left to do soon; never rejects. */
  run(linkId: string, requestId: string, attendedUntilMs: number): Promise<void> {
    const run = this.#runs.get(linkId);
    if (!run) return this.#begin(linkId, attendedUntilMs, requestId);
    run.attendedUntilMs = Math.max(run.attendedUntilMs, attendedUntilMs);
    return run.settled;
  }

  /** The first step of a finalize, to be stored together with it: one row less than apart. */
  beginPost(finalizing: LinkRecord, provider: Provider): LinkRecord {
    const event = { type: "post_begun", rules: this.#rulesOf(provider) } as const;
    const move = transition(finalizing, event, this.#deps.now());
    if (move.kind !== "moved") return finalizing;
    this.#expectToSend(move.record);
    return move.record;
  }

  /** For the alarm, whose next call waits for this one to end. */
  runDue(linkId: string): Promise<void> {
    return this.#runs.has(linkId) ? Promise.resolve() : this.#begin(linkId, this.#deps.now());
  }

  /** The next alarm, by what is stored and by what is under way. */
  scheduleAlarm(notBeforeMs = 0): void {
    const { store, now } = this.#deps;
    const isUnderWay = (linkId: string) => this.#runs.has(linkId);
    store.scheduleAlarm({ nowMs: now(), notBeforeMs, isUnderWay, guardAtMs: this.guardAtMs() });
  }

  #begin(linkId: string, attendedUntilMs: number, requestId?: string): Promise<void> {
    const run: Run = { settled: Promise.resolve(), attendedUntilMs };
    this.#runs.set(linkId, run);
    run.settled = this.#run(linkId, run, requestId).finally(() => this.#runs.delete(linkId));
    return run.settled;
  }

  async #run(linkId: string, run: Run, requestId: string | undefined): Promise<void> {
    const { store, now, sleep } = this.#deps;
    const startedAtMs = now();
    let provider: Provider | undefined;
    const log = sampled((event, fields) =>
      this.#deps.log(event, { request_id: requestId, link_id: linkId, provider: provider?.name, ...fields }),
    );
    try {
      // A pause between two polls, which is not worth storing.
      let pausedUntilMs = 0;
      for (;;) {
        const record = store.link(linkId);
        if (!record || !isWorking(record)) return;
        provider ??= this.#deps.provider(log);
        const notBeforeMs = Math.max(record.notBeforeMs, pausedUntilMs);
        const waitMs = notBeforeMs - now();
        if (waitMs <= 0) {
          pausedUntilMs = await this.#step(record, provider, log);
          continue;
        }
        if (notBeforeMs > Math.max(run.attendedUntilMs, startedAtMs + HAND_OVER_MS)) {
          this.#runs.delete(linkId);
          store.saveLink({ ...record, notBeforeMs });
          this.scheduleAlarm();
          return;
        }
        await sleep(waitMs);
      }
    } catch (error) {
      // A defect of ours: the record still says what is to be done, and the alarm comes back to it.
      log("unexpected", { reason: error instanceof Error ? `${error.name}: ${error.message}` : "unknown" });
      this.#backOff(linkId);
    }
  }

  /** Whoever waits gives up for now, instead of running into the same defect again and again. */
  #backOff(linkId: string): void {
    const { store, now } = this.#deps;
    const record = store.link(linkId);
    if (!record || !isWorking(record)) return;
    this.#runs.delete(linkId);
    store.saveLink({ ...record, notBeforeMs: now() + DRIVE_ERROR_RETRY_MS });
    this.scheduleAlarm();
  }

  /** One call upstream, and what it means. The answer is when the next one may come, where nothing was stored. */
  async #step(record: WorkingLink, provider: Provider, log: Log): Promise<number> {
    const { now } = this.#deps;
    const { id, request } = record;
    const apply = (event: LinkEvent) => this.#apply(id, event, log);
    if (record.status === "preparing") {
      const result = await provider.prepare(request, record.providerState);
      return apply({ type: "prepared", result });
    }
    const rules = this.#rulesOf(provider);
    const { task } = record;
    switch (task.kind) {
      case "post":
        apply({ type: "post_begun", rules });
        this.#expectToSend(this.#deps.store.link(id));
        return 0;
      case "posting": {
        // An intent that this object has not written: the one that had died under the call.
        const result = this.#unsent.delete(id) ? await provider.createAccount(task.post.body) : null;
        return apply({ type: "post_ended", result, rules });
      }
      case "lookup":
      case "last_lookup": {
        const { name, selection } = task.kind === "lookup" ? task.post : task.sent;
        const beganAtMs = now();
        const result = await provider.findAccount({
          customerId: request.customerId,
          name,
          selection,
          providerState: record.providerState,
          linkCreatedAtMs: record.createdAtMs,
          knownIds: this.#deps.store.knownAccountIds(),
        });
        if (result.ok && result.value.found === "contradiction") {
          log("account_contradicts", { candidate_id: loggableId(result.value.accountId) });
        }
        return apply({ type: "looked_up", result, beganAtMs, rules });
      }
      case "follow": {
        const result = await provider.readAccount(request.customerId, task.account.id);
        return apply({ type: "account_read", result, rules });
      }
      case "verify": {
        const result = await stepOwnershipCheck({
          provider,
          customerId: request.customerId,
          accountId: task.account.id,
          upstreamTimeoutMs: rules.upstreamTimeoutMs,
          noCheckBeforeMs: task.noCheckBeforeMs,
          now,
          save: (noCheckBeforeMs) => {
            apply({ type: "check_posted", noCheckBeforeMs });
            return this.#deps.store.link(id)?.status === "finalizing";
          },
        });
        return apply({ type: "ownership_read", result });
      }
      case "refresh": {
        const result = await this.#refresh(request.customerId, task, provider, () =>
          apply({ type: "patch_begun" }),
        );
        return apply({ type: "account_read", result, rules });
      }
    }
  }

  #rulesOf(provider: Provider): Rules {
    return {
      recovery: provider.recovery,
      accountFailure: provider.accountFailure,
      upstreamTimeoutMs: this.#deps.upstreamTimeoutMs(),
      verifyOwnership: provider.capabilities.verify_ownership,
    };
  }

  /** It may have expired instead. */
  #expectToSend(record: LinkRecord | null): void {
    if (record?.status === "finalizing" && record.task.kind === "posting") this.#unsent.add(record.id);
  }

  /** Writes only while the provider says that the connection has expired; else what it says is the answer. */
  async #refresh(
    customerId: string,
    { accountId, isPatched }: Extract<FinalizingLink["task"], { kind: "refresh" }>,
    provider: Provider,
    storeIntent: () => void,
  ): ReturnType<Provider["readAccount"]> {
    let mayBeOurs = isPatched;
    let result = await provider.readAccount(customerId, accountId);
    if (result.ok && result.value.status === "refresh_required") {
      storeIntent();
      mayBeOurs = true;
      result = await provider.refreshAccount(customerId, accountId);
    }
    const works = result.ok && (result.value.status === "active" || result.value.status === "unverified");
    if (works && mayBeOurs && provider.proveRefresh) {
      result = await provider.proveRefresh(customerId, accountId);
    }
    if (!result.ok) return result;
    return succeed(enrich(result.value, this.#deps.store.accountDetails(accountId)));
  }

  /** The outcome, unless the link is gone or has moved meanwhile. */
  #apply(linkId: string, event: LinkEvent, log: Log): number {
    const { store, now } = this.#deps;
    const before = store.link(linkId);
    const move = before && transition(before, event, now());
    if (move?.kind === "waits") return move.untilMs;
    if (move?.kind !== "moved") return 0;
    const { record } = move;
    this.#save(before, record);
    if (record.status !== before?.status) {
      log("link", {
        status_to: record.status,
        code: record.status === "failed" ? record.problem.code : undefined,
      });
    }
    return 0;
  }

  /** The record and all that follows from it, in one transaction. */
  #save(before: LinkRecord | null, record: LinkRecord): void {
    const { store, now } = this.#deps;
    const nowMs = now();
    store.atomically(() => {
      store.saveLink(record, isWorking(record) ? this.guardAtMs() : 0);
      this.#saveAccount(record);
      if (record.status === "linked" || record.status === "failed") {
        store.outbox.add(outcomeMessage(record, new Date(nowMs)), nowMs);
        this.#watch(record, nowMs, noCheckBeforeMs(before));
      }
      // The same intent may be tried again under the same key.
      const mayRetry = record.status === "failed" && PROBLEMS[record.problem.code].retryable;
      if (mayRetry && before?.status === "preparing") store.releaseClaims(record.id);
    });
    this.scheduleAlarm();
  }

  /** From the moment it is known, so that no other link takes it for its own. */
  #saveAccount(record: LinkRecord): void {
    if (modeOf(record) === "refresh") return;
    const task = record.status === "finalizing" ? record.task : null;
    const account =
      record.status === "linked" || record.status === "failed"
        ? record.account
        : task && "account" in task
          ? task.account
          : null;
    if (account?.id) {
      const sent = task && sentAccount(task);
      this.#deps.store.saveAccount(record.id, account.id, sent ? enrich(account, detailsOf(sent)) : account);
    }
  }

  /** What is still to be learnt after the end is reported by webhook. */
  #watch(record: LinkRecord, nowMs: number, noCheckBeforeMs: number): void {
    const { watches } = this.#deps.store;
    if (record.status === "linked" && record.isOwnershipPending && record.account.id) {
      watches.save({
        reason: "ownership",
        accountId: record.account.id,
        linkId: record.id,
        noCheckBeforeMs,
        lastStatus: record.account.status,
        startedAtMs: nowMs,
        dueAtMs: nowMs + WATCH_FIRST_POLL_MS,
      });
    }
    if (record.status === "failed" && record.doubtful) {
      watches.save({
        reason: "late_account",
        linkId: record.id,
        startedAtMs: nowMs,
        dueAtMs: nowMs + LATE_LOOKUPS_MS[0],
        lookups: 0,
      });
    }
  }

  /** When the alarm takes over work of now: by then a step has ended, or is joined by the alarm and not done again. */
  guardAtMs(): number {
    return this.#deps.now() + this.#deps.upstreamTimeoutMs() * READ_ATTEMPTS + DRIVE_GUARD_MARGIN_MS;
  }
}

/** Of reads that succeed one line for each kind: the polls of one run differ in nothing but their time. */
function sampled(log: Log): Log {
  const seen = new Set<string>();
  return (event, fields) => {
    const isRead = event === "upstream" && fields.method === "GET" && fields.upstream_status === 200;
    if (isRead && fields.route) {
      if (seen.has(fields.route)) return;
      seen.add(fields.route);
    }
    log(event, fields);
  };
}

function noCheckBeforeMs(record: LinkRecord | null): number {
  const task = record?.status === "finalizing" ? record.task : null;
  return task?.kind === "verify" ? task.noCheckBeforeMs : 0;
}

export function isWorking(record: LinkRecord): record is WorkingLink {
  return record.status === "preparing" || record.status === "finalizing";
}
