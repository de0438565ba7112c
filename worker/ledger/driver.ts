/**
 * Carries a link's work through: calls the provider, writes the outcome, waits, goes on.
 * One run per link, joined through memory; a run that was lost is begun again by the alarm from what is stored.
 */
import {
  DRIVE_ERROR_RETRY_MS,
  DRIVE_GUARD_MARGIN_MS,
  DRIVE_INLINE_WAIT_MAX_MS,
  POLL_MAX_MS,
  PROCESSING_POLL_SHARE,
  READ_ATTEMPTS,
  SIBLING_POLL_MS,
  WATCH_FIRST_LOOK_MS,
} from "../limits.ts";
import type { Log } from "../log.ts";
import { outcomeMessage } from "../notify/message.ts";
import { PROBLEMS } from "../problems/registry.ts";
import { type Provider, succeed } from "../providers/provider.ts";
import {
  isInDoubt,
  observed,
  patching,
  posted,
  posting,
  type Rules,
  searched,
  verified,
  waitedTooLong,
} from "./finalize-machine.ts";
import { prepared } from "./link-machine.ts";
import type { LinkRecord, Work, WorkOf } from "./link-record.ts";
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

export class Driver {
  readonly #runs = new Map<string, Promise<void>>();
  readonly #deps: DriverDependencies;

  constructor(deps: DriverDependencies) {
    this.#deps = deps;
  }

  /** Begins or joins the link's run, for somebody who waits. Settles when nothing is left to do soon; never rejects. */
  run(linkId: string, requestId: string): Promise<void> {
    return this.#runs.get(linkId) ?? this.#begin(linkId, DRIVE_INLINE_WAIT_MAX_MS, requestId);
  }

  /** For the alarm: only what is due now, since its next call waits for this one to end. */
  runDue(linkId: string): Promise<void> {
    return this.#runs.has(linkId) ? Promise.resolve() : this.#begin(linkId, 0);
  }

  #begin(linkId: string, inlineWaitMaxMs: number, requestId?: string): Promise<void> {
    const run = this.#run(linkId, inlineWaitMaxMs, requestId).finally(() => this.#runs.delete(linkId));
    this.#runs.set(linkId, run);
    return run;
  }

  async #run(linkId: string, inlineWaitMaxMs: number, requestId: string | undefined): Promise<void> {
    const { store, now, sleep } = this.#deps;
    let provider: Provider | undefined;
    const log: Log = (event, fields) =>
      this.#deps.log(event, { request_id: requestId, link_id: linkId, provider: provider?.name, ...fields });
    try {
      for (;;) {
        const record = store.link(linkId);
        if (!record?.work) return;
        provider ??= this.#deps.provider(log);
        const waitMs = this.#waitMs(record, record.work, provider, now());
        if (waitMs > inlineWaitMaxMs) {
          store.postponeLink(linkId, now() + waitMs);
          store.arm();
          return;
        }
        if (waitMs > 0) {
          this.#guard(linkId, waitMs);
          await sleep(waitMs);
          continue;
        }
        await this.#step(record, record.work, provider);
      }
    } catch (error) {
      // A defect of ours: the record still says what is to be done, and the alarm comes back to it.
      log("unexpected", { reason: error instanceof Error ? `${error.name}: ${error.message}` : "unknown" });
      this.#rest(linkId);
    }
  }

  /** Whoever waits gives up for now, instead of running into the same defect again and again. */
  #rest(linkId: string): void {
    const { store, now } = this.#deps;
    const record = store.link(linkId);
    if (!record?.work) return;
    store.saveLink({ ...record, work: { ...record.work, notBeforeMs: now() + DRIVE_ERROR_RETRY_MS } });
    store.arm();
  }

  /** How long this work has to rest; a create also waits while another of the customer's is in doubt. */
  #waitMs(record: LinkRecord, work: Work, { recovery }: Provider, nowMs: number): number {
    const restMs = work.notBeforeMs - nowMs;
    if (restMs > 0 || work.kind !== "create" || recovery !== "search") return Math.max(restMs, 0);
    const siblingInDoubt = this.#deps.store
      .linksWithStatus("finalizing")
      .some((link) => link.id !== record.id && isInDoubt(link));
    if (!siblingInDoubt || waitedTooLong(record, work, nowMs)) return 0;
    const patientMs = (nowMs - work.startedAtMs) * PROCESSING_POLL_SHARE;
    return Math.ceil(Math.min(Math.max(SIBLING_POLL_MS, patientMs), POLL_MAX_MS));
  }

  async #step(record: LinkRecord, work: Work, provider: Provider): Promise<void> {
    const { now, upstreamTimeoutMs } = this.#deps;
    const rules: Rules = {
      recovery: provider.recovery,
      accountFailure: provider.accountFailure,
      upstreamTimeoutMs: upstreamTimeoutMs(),
      verifyOwnership: provider.capabilities.verify_ownership,
    };
    const { id, request } = record;
    switch (work.kind) {
      case "prepare": {
        this.#guard(id);
        const result = await provider.prepare(request, record.providerState);
        return this.#write(id, work, (current) => prepared(current, work, result, now()));
      }
      case "create": {
        const over = waitedTooLong(record, work, now());
        if (over) return this.#write(id, work, () => over);
        const intended = posting(record, work);
        this.#save(intended);
        const intent = intended.work as Extract<Work, { kind: "posting" }>;
        const result = await provider.createAccount(work.body);
        return this.#write(id, intent, (current) => posted(current, intent, result, now(), rules));
      }
      case "posting":
        // Found, not written by this run: the object died under the call.
        return this.#write(id, work, (current) => posted(current, work, null, now(), rules));
      case "search": {
        this.#guard(id);
        const result = await provider.findAccount({
          customerId: request.customerId,
          name: work.name,
          selection: work.selection,
          providerState: record.providerState ?? {},
          linkCreatedAtMs: record.createdAtMs,
          ownedIds: this.#deps.store.ownedAccountIds(id),
        });
        return this.#write(id, work, (current) => searched(current, work, result, now(), rules));
      }
      case "process": {
        this.#guard(id);
        const result = await provider.readAccount(request.customerId, work.accountId);
        return this.#write(id, work, (current) => observed(current, work, result, now(), rules));
      }
      case "verify": {
        this.#guard(id);
        const result = await provider.verifyOwnership(request.customerId, work.accountId);
        return this.#write(id, work, (current) => verified(current, work, result, now()));
      }
      case "refresh":
        return this.#refresh(record, work, provider, rules);
    }
  }

  /** Writes only while the provider says that the connection has expired; else what it says is the answer. */
  async #refresh(
    record: LinkRecord,
    work: WorkOf<"refresh">,
    provider: Provider,
    rules: Rules,
  ): Promise<void> {
    const { id, request } = record;
    const { store, now } = this.#deps;
    this.#guard(id);
    let current = work;
    let result = await provider.readAccount(request.customerId, work.accountId);
    if (result.ok && result.value.status === "refresh_required") {
      const intended = patching(record, work);
      this.#save(intended);
      current = intended.work as WorkOf<"refresh">;
      result = await provider.refreshAccount(request.customerId, work.accountId);
    }
    const works = result.ok && (result.value.status === "active" || result.value.status === "unverified");
    if (works && current.patched && provider.proveRefresh) {
      result = await provider.proveRefresh(request.customerId, work.accountId);
    }
    const told = result.ok ? succeed(store.recall(result.value)) : result;
    this.#write(id, current, (link) => observed(link, current, told, now(), rules));
  }

  /** The outcome, unless something else has moved the link on meanwhile. */
  #write(linkId: string, work: Work, move: (record: LinkRecord) => LinkRecord): void {
    const { store, log } = this.#deps;
    const current = store.link(linkId);
    if (JSON.stringify(current?.work) !== JSON.stringify(work) || !current) return;
    const next = move(current);
    this.#save(next, current);
    if (next.status !== current.status) {
      log("link", {
        link_id: linkId,
        provider: next.provider,
        status_to: next.status,
        code: next.problem?.code,
      });
    }
  }

  /** The record and all that follows from it, in one transaction. */
  #save(record: LinkRecord, before?: LinkRecord): void {
    const { store, now } = this.#deps;
    store.atomically(() => {
      store.saveLink(record, record.work ? this.#guardAtMs() : 0);
      rememberAccount(store, record);
      const ended = before?.work && (record.status === "linked" || record.status === "failed");
      if (ended) store.tell(outcomeMessage(record, new Date(now())), now());
      if (ended && record.ownershipPending) watchOwnership(store, record, now());
      // The same intent may be tried again under the same key.
      const mayRetry =
        record.status === "failed" && record.problem && PROBLEMS[record.problem.code].retryable;
      if (mayRetry && before?.status === "preparing") store.releaseClaims(record.id);
    });
    store.arm();
  }

  #guard(linkId: string, waitMs = 0): void {
    this.#deps.store.postponeLink(linkId, this.#guardAtMs() + waitMs);
    this.#deps.store.arm();
  }

  /** By then a step has usually ended; one that has not is joined by the alarm, not done again. */
  #guardAtMs(): number {
    return this.#deps.now() + this.#deps.upstreamTimeoutMs() * READ_ATTEMPTS + DRIVE_GUARD_MARGIN_MS;
  }
}

/** The rest of the check is told by webhook. */
function watchOwnership(store: LedgerStore, { id: linkId, account }: LinkRecord, nowMs: number): void {
  if (!account?.id) return;
  store.watches.save({
    accountId: account.id,
    reason: "ownership",
    linkId,
    lastStatus: account.status,
    looks: 0,
    startedAtMs: nowMs,
    dueAtMs: nowMs + WATCH_FIRST_LOOK_MS,
  });
}

/** From the moment it is known, so that no other link takes it for its own. */
function rememberAccount(store: LedgerStore, { id: linkId, mode, work, account }: LinkRecord): void {
  const id = work && "accountId" in work ? work.accountId : account?.id;
  if (mode !== "link" || !id) return;
  store.saveAccount(linkId, {
    id,
    institutionId: account?.institution?.id ?? null,
    institutionName: account?.institution?.name ?? null,
    type: account?.type ?? null,
  });
}
