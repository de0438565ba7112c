/**
 * Looks for accounts whose connection has expired, which no provider reports by itself.
 * One Durable Object per environment and provider, started by cron; it reads the pages in its alarm, so that thousands
 * of accounts and a restart in the middle make no difference.
 */
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../config.ts";
import type { ProviderName } from "../contract.ts";
import type { Ledger, LedgerEnv } from "../ledger/ledger.ts";
import { ledgerName, type Owner } from "../ledger/owner.ts";
import {
  PROCESSING_POLL_MAX_MS,
  SWEEP_PAGES_PER_ALARM,
  SWEEP_RETRY_MS,
  SWEEP_UNREPORTED_PER_ALARM,
} from "../limits.ts";
import { log } from "../log.ts";
import { type Provider, retryAfterMs } from "../providers/provider.ts";
import { openProvider } from "../providers/registry.ts";
import { composeMessage, type Message } from "./message.ts";
import { type Occurrence, type Progress, SweepStore } from "./sweep-store.ts";

export interface SweepEnv extends LedgerEnv {
  LEDGER: DurableObjectNamespace<Ledger>;
}

export class Sweep extends DurableObject<SweepEnv> {
  readonly #store = new SweepStore(this.ctx.storage);
  /** Unreported occurrences are retried once in a sweep, in the order of their accounts; this is where to continue. */
  #retriedUpTo = { sweep: 0, accountId: "" };

  /** Begins a sweep; one that is under way continues, after the pause that the provider asked for. */
  async start(provider: ProviderName): Promise<void> {
    const { notBeforeMs } = this.#store.begin(provider);
    await this.ctx.storage.setAlarm(Math.max(Date.now(), notBeforeMs));
  }

  /** Forgets a customer who has been erased. */
  async forget(customerId: string): Promise<void> {
    this.#store.forget(customerId);
  }

  /** Some pages. Never throws: the platform gives up an alarm that does. */
  override async alarm(): Promise<void> {
    try {
      const progress = this.#store.progress;
      if (progress) await this.#sweepPages(progress);
    } catch (error) {
      // A defect of ours: the pages since the last stop are read again.
      this.#reportUnexpected(error);
      await this.ctx.storage.setAlarm(Date.now() + SWEEP_RETRY_MS);
    }
  }

  /** Where to continue is written once for several pages: one that is read again changes nothing. */
  async #sweepPages(progress: Progress): Promise<void> {
    if (progress.page === null) return;
    const { sweep, provider: name, page: first } = progress;
    await this.#retryUnreported(progress);
    const provider = this.#provider(name);
    for (let page = first; page < first + SWEEP_PAGES_PER_ALARM; page++) {
      const listed = await provider.listRefreshRequired(page);
      if (!listed.ok) {
        const pauseMs = Math.min(retryAfterMs(listed.failure) ?? 0, PROCESSING_POLL_MAX_MS) || SWEEP_RETRY_MS;
        return this.#continueAt(progress, page, Date.now() + pauseMs);
      }
      const { accounts, isLast } = listed.value;
      const swept = { sweep, number: page, accounts };
      const change = this.#store.compare(swept);
      if (change) this.#store.savePage(swept, change, await this.#report(change.fresh, name));
      if (isLast) return this.#store.end(progress, page);
      // Each message is a call of its own, and an alarm has only so many.
      if (change && change.fresh.length > 0) return this.#continueAt(progress, page + 1, Date.now());
    }
    return this.#continueAt(progress, first + SWEEP_PAGES_PER_ALARM, Date.now());
  }

  async #continueAt(progress: Progress, page: number, atMs: number): Promise<void> {
    this.#store.continueAt(progress, page, atMs);
    await this.ctx.storage.setAlarm(atMs);
  }

  async #retryUnreported({ sweep, provider }: Progress): Promise<void> {
    if (this.#retriedUpTo.sweep !== sweep) this.#retriedUpTo = { sweep, accountId: "" };
    const unreported = this.#store.unreported(this.#retriedUpTo.accountId, SWEEP_UNREPORTED_PER_ALARM);
    this.#retriedUpTo.accountId = unreported.at(-1)?.accountId ?? this.#retriedUpTo.accountId;
    const failed = await this.#report(unreported, provider);
    for (const occurrence of unreported) if (!failed.has(occurrence)) this.#store.reported(occurrence);
  }

  /**
   * Into the outbox of each customer's ledger, which takes every message id once. The answer is what could not be
   * delivered: one ledger out of reach keeps no other account waiting.
   */
  async #report(
    occurrences: readonly Occurrence[],
    provider: ProviderName,
  ): Promise<ReadonlySet<Occurrence>> {
    const { environment } = configOf(this.env);
    const failed = new Set<Occurrence>();
    await Promise.all(
      occurrences.map(async (occurrence) => {
        const owner = { environment, provider, customerId: occurrence.customerId };
        try {
          const message = refreshRequired(occurrence, owner);
          await this.env.LEDGER.getByName(ledgerName(owner)).enqueue(owner, message);
        } catch (error) {
          failed.add(occurrence);
          this.#reportUnexpected(error);
        }
      }),
    );
    return failed;
  }

  #reportUnexpected(error: unknown): void {
    log("unexpected", { reason: error instanceof Error ? `${error.name}: ${error.message}` : "unknown" });
  }

  #provider(name: ProviderName): Provider {
    return openProvider(configOf(this.env), this.env, name, log);
  }
}

function refreshRequired({ messageId, accountId }: Occurrence, { provider, customerId }: Owner): Message {
  const data = {
    link_id: null,
    customer_id: customerId,
    provider,
    mode: null,
    status: "refresh_required" as const,
    account_id: accountId,
    code: null,
    reference: null,
  };
  return composeMessage(messageId, "bank_account.refresh_required", data, new Date());
}
