/**
 * Looks for accounts whose connection has expired, which no provider tells by itself.
 * One Durable Object per environment and provider, woken by cron; it goes through the pages by its alarm, so that
 * thousands of accounts and a restart in the middle are the same to it.
 */
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../config.ts";
import type { ProviderName } from "../contract.ts";
import type { Ledger, LedgerEnv } from "../ledger/ledger.ts";
import { ledgerName, type Owner } from "../ledger/owner.ts";
import { PROCESSING_POLL_MAX_MS, SWEEP_ABSENCES, SWEEP_RETRY_MS } from "../limits.ts";
import { log } from "../log.ts";
import { type ExpiredAccount, type Provider, retryAfterMs } from "../providers/provider.ts";
import { openProvider } from "../providers/registry.ts";
import { composeMessage, type Message } from "./message.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS occurrences (
    account_id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    told INTEGER NOT NULL,
    last_sweep INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sweep INTEGER NOT NULL,
    page INTEGER
  ) STRICT;
  INSERT OR IGNORE INTO progress (id, sweep, page) VALUES (1, 0, NULL);
`;

export interface SweepEnv extends LedgerEnv {
  LEDGER: DurableObjectNamespace<Ledger>;
}

const PROVIDER_KEY = "provider";

interface Progress extends Record<string, SqlStorageValue> {
  sweep: number;
  /** `null` between two sweeps. */
  page: number | null;
}

export class Sweep extends DurableObject<SweepEnv> {
  readonly #sql = this.ctx.storage.sql;

  constructor(ctx: DurableObjectState, env: SweepEnv) {
    super(ctx, env);
    this.#sql.exec(SCHEMA);
  }

  /** Begins a sweep; one that is still under way goes on instead. */
  async start(provider: ProviderName): Promise<void> {
    this.ctx.storage.kv.put(PROVIDER_KEY, provider);
    if (this.#progress().page === null) {
      this.#sql.exec("UPDATE progress SET sweep = sweep + 1, page = 0");
    }
    await this.ctx.storage.setAlarm(Date.now());
  }

  /** Forgets a customer who has been erased; that the account was told stays, or the next sweep would tell it again. */
  async forget(customerId: string): Promise<void> {
    this.#sql.exec("UPDATE occurrences SET customer_id = '', told = 1 WHERE customer_id = ?", customerId);
  }

  /** One page. What it found and where to go on are written together. */
  override async alarm(): Promise<void> {
    const name = this.ctx.storage.kv.get<ProviderName>(PROVIDER_KEY);
    const { sweep, page } = this.#progress();
    if (!name || page === null) return;
    try {
      const listed = await this.#provider(name).listRefreshRequired(page);
      if (!listed.ok) {
        await this.ctx.storage.setAlarm(
          Date.now() +
            (Math.min(retryAfterMs(listed.failure) ?? 0, PROCESSING_POLL_MAX_MS) || SWEEP_RETRY_MS),
        );
        return;
      }
      for (const account of listed.value.accounts) this.#see(account, sweep);
      await this.#tellNew(name);
      if (listed.value.isLast) {
        this.#sql.exec("DELETE FROM occurrences WHERE last_sweep <= ?", sweep - SWEEP_ABSENCES);
        this.#sql.exec("UPDATE progress SET page = NULL");
      } else {
        this.#sql.exec("UPDATE progress SET page = ?", page + 1);
        await this.ctx.storage.setAlarm(Date.now());
      }
    } catch (error) {
      // A defect of ours, or a ledger out of reach: the page is gone through again.
      this.#reportUnexpected(name, error);
      await this.ctx.storage.setAlarm(Date.now() + SWEEP_RETRY_MS);
    }
  }

  #see({ accountId, customerId }: ExpiredAccount, sweep: number): void {
    this.#sql.exec(
      `INSERT INTO occurrences (account_id, customer_id, message_id, told, last_sweep) VALUES (?, ?, ?, 0, ?)
       ON CONFLICT (account_id) DO UPDATE SET last_sweep = excluded.last_sweep`,
      accountId,
      customerId,
      // The sweep that saw it first tells this occurrence from the next one of the same account.
      `msg_${accountId}_refresh_required_${sweep}`,
      sweep,
    );
  }

  /** Into the outbox of the customer's ledger, which takes each message id once. */
  async #tellNew(provider: ProviderName): Promise<void> {
    const { environment } = configOf(this.env);
    const untold = this.#sql
      .exec<{ account_id: string; customer_id: string; message_id: string }>(
        "SELECT account_id, customer_id, message_id FROM occurrences WHERE told = 0",
      )
      .toArray();
    const told = await Promise.allSettled(
      untold.map(async ({ account_id, customer_id, message_id }) => {
        const owner = { environment, provider, customerId: customer_id };
        const message = refreshRequired(message_id, account_id, owner);
        await this.env.LEDGER.getByName(ledgerName(owner)).enqueue(owner, message);
        this.#sql.exec("UPDATE occurrences SET told = 1 WHERE account_id = ?", account_id);
      }),
    );
    // One ledger out of reach keeps no other account waiting; the next page or sweep tells it.
    for (const one of told) if (one.status === "rejected") this.#reportUnexpected(provider, one.reason);
  }

  #reportUnexpected(provider: ProviderName, error: unknown): void {
    log("unexpected", { provider, reason: error instanceof Error ? error.message : "unknown" });
  }

  #progress(): Progress {
    return this.#sql.exec<Progress>("SELECT sweep, page FROM progress").one();
  }

  #provider(name: ProviderName): Provider {
    return openProvider(configOf(this.env), this.env, name, log);
  }
}

function refreshRequired(id: string, accountId: string, { provider, customerId }: Owner): Message {
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
  return composeMessage(id, "bank_account.refresh_required", data, new Date());
}
