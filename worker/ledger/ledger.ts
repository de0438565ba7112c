/**
 * The ledger: one Durable Object per environment, provider and customer, the only writer of that customer's links.
 * It decides on idempotency, calls the provider itself, and goes on by its alarm when nobody waits any more.
 */
import { DurableObject } from "cloudflare:workers";
import { type Config, type ConfigVariables, configOf, type WebhookConfig } from "../config.ts";
import type { CreateLink, ExitLink, FinalizeLink, FinalizeRefresh } from "../contract.ts";
import { ALARM_LOOK_GUARD_MS, DRIVE_ERROR_RETRY_MS, LINK_KEPT_MS } from "../limits.ts";
import { type Log, log } from "../log.ts";
import type { Message } from "../notify/message.ts";
import { deliver } from "../notify/webhook.ts";
import { type AccessTokensBinding, accessTokenSource } from "../providers/access-tokens/source.ts";
import type { Provider } from "../providers/provider.ts";
import { accessTokenIdentity, createProvider } from "../providers/registry.ts";
import {
  type CustomerAccountsDependencies,
  listAccounts,
  readAccount,
  removeAccount,
  requireRefresh,
} from "./customer-accounts.ts";
import { CustomerLinks } from "./customer-links.ts";
import { Driver } from "./driver.ts";
import { settled } from "./link-machine.ts";
import type { Undelivered } from "./outbox.ts";
import type { Caller, IdempotentRequest, Owner } from "./owner.ts";
import type { AccountReply, AccountsReply, LinkReply, LinksReply } from "./replies.ts";
import { LedgerStore } from "./store.ts";
import { lookAt } from "./watcher.ts";
import type { Watch } from "./watches.ts";

export interface LedgerEnv extends ConfigVariables, AccessTokensBinding {}

export class Ledger extends DurableObject<LedgerEnv> {
  readonly #store = new LedgerStore(this.ctx.storage, () => this.#config.webhook !== null);
  #owner: Owner | null = null;
  readonly #driver = new Driver({
    store: this.#store,
    provider: (log) => this.#provider(log),
    log,
    upstreamTimeoutMs: () => this.#config.upstreamTimeoutMs,
    now: Date.now,
    sleep,
  });
  readonly #links = new CustomerLinks({
    store: this.#store,
    driver: this.#driver,
    provider: (log) => this.#provider(log),
    log,
    now: Date.now,
  });

  async createLink(caller: Caller, request: IdempotentRequest, wishes: CreateLink): Promise<LinkReply> {
    this.#actFor(caller);
    return this.#links.create(caller, request, wishes);
  }

  async finalizeLink(
    caller: Caller,
    request: IdempotentRequest,
    linkId: string,
    body: FinalizeLink | FinalizeRefresh,
  ): Promise<LinkReply> {
    return this.#links.finalize(caller, request, linkId, body);
  }

  async readLink(caller: Caller, linkId: string, waitMs: number): Promise<LinkReply> {
    return this.#links.read(caller, linkId, waitMs);
  }

  async listLinks(): Promise<LinksReply> {
    return this.#links.list();
  }

  async currentLink(redirectUri: string | null): Promise<LinkReply> {
    return this.#links.current(redirectUri);
  }

  async openLink(linkId: string): Promise<LinkReply> {
    return this.#links.open(linkId);
  }

  async exitLink(caller: Caller, linkId: string, exit: ExitLink): Promise<LinkReply> {
    return this.#links.exit(caller, linkId, exit);
  }

  async listAccounts(caller: Caller): Promise<AccountsReply> {
    return listAccounts(this.#accountsOf(caller));
  }

  async readAccount(caller: Caller, accountId: string): Promise<AccountReply> {
    return readAccount(accountId, this.#accountsOf(caller));
  }

  async removeAccount(caller: Caller, accountId: string): Promise<AccountReply> {
    this.#keepOwner(caller);
    return removeAccount(accountId, this.#accountsOf(caller));
  }

  async requireRefresh(caller: Caller, accountId: string): Promise<AccountReply> {
    return requireRefresh(accountId, this.#accountsOf(caller));
  }

  /** From the sweep: something about this customer's account that the page's server should know. */
  async tell(owner: Owner, message: Message): Promise<void> {
    this.#keepOwner({ owner });
    this.#store.tell(message, Date.now());
    this.#store.arm();
  }

  /** What the page's server has not taken so far. */
  async undeliveredMessages(): Promise<Undelivered[]> {
    return this.#store.outbox.undelivered();
  }

  /** Forgets the customer. Calls under way end without leaving anything behind. */
  async erase(): Promise<{ scopes: string[] }> {
    this.#owner = null;
    return this.#store.erase();
  }

  /** Never throws: the platform gives up an alarm that does, and with it all that waits here. */
  override async alarm(): Promise<void> {
    try {
      await this.#doWhatIsDue(Date.now());
      this.#store.arm();
    } catch (error) {
      this.#reportUnexpected(error);
      await this.ctx.storage.setAlarm(Date.now() + DRIVE_ERROR_RETRY_MS);
    }
  }

  async #doWhatIsDue(nowMs: number): Promise<void> {
    const work: Promise<void>[] = [];
    for (const record of this.#store.dueLinks(nowMs)) {
      if (record.work) work.push(this.#driver.runDue(record.id));
      else if (record.updatedAtMs + LINK_KEPT_MS <= nowMs) this.#store.deleteLink(record.id);
      else this.#store.saveLink(settled(record, nowMs));
    }
    const { webhook } = this.#config;
    if (webhook)
      for (const message of this.#store.outbox.take(nowMs)) work.push(this.#deliver(message, webhook));
    for (const watch of this.#store.watches.take(nowMs, ALARM_LOOK_GUARD_MS)) work.push(this.#lookAt(watch));
    // Holding the event keeps this object alive meanwhile. One that fails does not keep the others from their turn.
    for (const done of await Promise.allSettled(work)) {
      if (done.status === "rejected") this.#reportUnexpected(done.reason);
    }
  }

  /** Read late: a wrong configuration is mended while this object lives, and must not keep it from waking. */
  get #config(): Config {
    return configOf(this.env);
  }

  /** Kept in storage only with what has to go on by itself: a mere question leaves nothing behind. */
  #actFor({ owner }: Pick<Caller, "owner">): void {
    this.#owner ??= owner;
  }

  #keepOwner({ owner }: Pick<Caller, "owner">): void {
    this.#actFor({ owner });
    this.#store.owner = owner;
  }

  /** Made anew for each piece of work: it holds no state, and its log lines belong to that work. */
  #provider(log: Log): Provider {
    this.#owner ??= this.#store.owner ?? null;
    const owner = this.#owner;
    if (!owner) throw new Error("a ledger without an owner has no work");
    const identity = accessTokenIdentity(this.#config, owner.provider);
    const tokens = accessTokenSource(this.env, owner.provider, identity);
    return createProvider(this.#config, owner.provider, { tokens, log });
  }

  #accountsOf(caller: Caller): CustomerAccountsDependencies {
    this.#actFor(caller);
    const { requestId, owner } = caller;
    const callerLog: Log = (event, fields) =>
      log(event, { request_id: requestId, provider: owner.provider, ...fields });
    return {
      store: this.#store,
      provider: this.#provider(callerLog),
      customerId: owner.customerId,
      now: Date.now,
    };
  }

  async #deliver(message: Message, webhook: WebhookConfig): Promise<void> {
    const { outbox } = this.#store;
    const taken = await deliver(message, webhook, {
      fetch: (...args) => fetch(...args),
      log,
      now: () => new Date(),
    });
    if (taken) outbox.delivered(message.id, Date.now());
    else if (!outbox.postpone(message.id, Date.now())) {
      log("webhook_undelivered", { message_id: message.id, message_type: message.type });
    }
  }

  async #lookAt(watch: Watch): Promise<void> {
    const customerId = this.#store.owner?.customerId;
    if (customerId === undefined) return;
    const provider = this.#provider(log);
    await lookAt(watch, { store: this.#store, customerId, provider, log, now: Date.now });
  }

  #reportUnexpected(error: unknown): void {
    log("unexpected", { reason: error instanceof Error ? `${error.name}: ${error.message}` : "unknown" });
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
