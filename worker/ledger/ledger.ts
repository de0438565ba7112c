/**
 * The ledger: one Durable Object per environment, provider and customer, the only writer of that customer's links.
 * It decides on idempotency, calls the provider itself, and goes on by its alarm when nobody waits any more.
 */
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../config.ts";
import type { Owner } from "../context.ts";
import type { CreateLink, ExitLink, FinalizeLink, FinalizeRefresh } from "../contract.ts";
import type { Env } from "../env.ts";
import {
  ALARM_LOOK_GUARD_MS,
  LINK_KEPT_MS,
  LINK_REUSE_MIN_LIFE_MS,
  LINKS_LISTED_MAX,
  LINKS_PER_HOUR,
  RETRY_AFTER_CONFLICT_S,
} from "../limits.ts";
import { type Log, log } from "../log.ts";
import type { Message } from "../notify/message.ts";
import { deliver } from "../notify/webhook.ts";
import { accessTokenSource } from "../providers/access-token-source.ts";
import type { LinkWish, Provider } from "../providers/provider.ts";
import { accessTokenIdentity, createProvider } from "../providers/registry.ts";
import {
  type CustomerAccountsDependencies,
  listAccounts,
  readAccount,
  removeAccount,
  requireRefresh,
} from "./customer-accounts.ts";
import { Driver } from "./driver.ts";
import { nearestLanguage } from "./language.ts";
import { beginLink, canceled, expired, finalizing, opened, settled } from "./link-machine.ts";
import type { LinkRecord } from "./link-record.ts";
import { toLink } from "./link-view.ts";
import type { Undelivered } from "./outbox.ts";
import {
  type AccountReply,
  type AccountsReply,
  type LinkReply,
  type LinksReply,
  linkReply,
  refused,
  refusedBy,
} from "./replies.ts";
import { LedgerStore } from "./store.ts";
import { lookAt } from "./watcher.ts";
import type { Watch } from "./watches.ts";

/** What every call brings: whose ledger this is, and for whose log lines. */
export interface Caller {
  owner: Owner;
  requestId: string;
}

/** A request that must not be done twice. */
export interface Once {
  /** SHA-256 of environment, provider, customer, method, path and key. */
  scope: string;
  /** SHA-256 of the canonical validated body. */
  fingerprint: string;
  waitMs: number;
}

const HOUR_MS = 60 * 60_000;
/** Plaid: the link token is dead, whatever we thought of its life. */
const INVALID_LINK_TOKEN = "INVALID_LINK_TOKEN";

export class Ledger extends DurableObject<Env> {
  readonly #config = configOf(this.env);
  readonly #store = new LedgerStore(this.ctx.storage, this.#config.webhook !== null);
  /** Requests that have not been answered yet; after a crash there are none, and the store decides. */
  readonly #running = new Set<string>();
  #owner: Owner | null = null;
  readonly #driver = new Driver({
    store: this.#store,
    provider: (log) => this.#provider(log),
    log,
    upstreamTimeoutMs: this.#config.upstreamTimeoutMs,
    now: Date.now,
    sleep,
  });

  async createLink(caller: Caller, once: Once, wishes: CreateLink): Promise<LinkReply> {
    this.#actFor(caller);
    const earlier = this.#earlier(once);
    if (earlier) return earlier;

    const provider = this.#provider(this.#callerLog(caller));
    const wish: LinkWish = {
      customerId: caller.owner.customerId,
      accountId: wishes.account_id ?? null,
      redirectUri: wishes.redirect_uri ?? null,
      language: nearestLanguage(wishes.language, provider.languages),
    };
    if (wish.accountId !== null) {
      if (!provider.capabilities.refresh) return refused("refresh_unsupported");
      const account = await provider.readAccount(wish.customerId, wish.accountId);
      if (!account.ok) return refusedBy(account.failure);
      // Another request with this key may have come meanwhile.
      const meanwhile = this.#earlier(once);
      if (meanwhile) return meanwhile;
    }

    const nowMs = Date.now();
    const reusable = this.#reusable(wish, wishes.reference ?? null, nowMs);
    if (!reusable && this.#store.countLinksSince(nowMs - HOUR_MS) >= LINKS_PER_HOUR) {
      return refused("rate_limited", { retryAfterS: HOUR_MS / 1_000 });
    }
    const record =
      reusable ??
      beginLink(
        {
          id: `lnk_${crypto.randomUUID().replaceAll("-", "")}`,
          provider: provider.name,
          wish,
          reference: wishes.reference ?? null,
        },
        nowMs,
      );
    this.#store.atomically(() => {
      this.#keepOwner(caller);
      if (!reusable) this.#store.saveLink(record);
      this.#store.saveClaim(once.scope, { fingerprint: once.fingerprint, linkId: record.id }, nowMs);
    });
    this.#store.arm();
    return this.#carryThrough(caller, once, record.id);
  }

  async finalizeLink(
    caller: Caller,
    once: Once,
    linkId: string,
    body: FinalizeLink | FinalizeRefresh,
  ): Promise<LinkReply> {
    const earlier = this.#earlier(once);
    if (earlier) return earlier;
    const record = this.#settledLink(linkId);
    if (!record) return refused("not_found");
    if (record.status === "preparing") {
      return refused("invalid_request", {
        detail: "This link is not ready yet, so nothing can have been chosen in it.",
      });
    }

    const nowMs = Date.now();
    const startable =
      record.status === "ready" || record.status === "canceled" || record.status === "expired";
    let next = record;
    if (startable) {
      const creation = this.#creation(record, body);
      if ("refusal" in creation) return creation;
      next = finalizing(record, creation, nowMs);
    }
    this.#store.atomically(() => {
      if (startable) this.#store.saveLink(next);
      this.#store.saveClaim(once.scope, { fingerprint: once.fingerprint, linkId }, nowMs);
    });
    this.#store.arm();
    return this.#carryThrough(caller, once, linkId);
  }

  async readLink(caller: Caller, linkId: string, waitMs: number): Promise<LinkReply> {
    if (!this.#store.link(linkId)) return refused("not_found");
    await this.#wait(linkId, caller.requestId, waitMs);
    return this.#reply(linkId);
  }

  async listLinks(): Promise<LinksReply> {
    const nowMs = Date.now();
    return {
      ok: true,
      links: this.#store.links(LINKS_LISTED_MAX).map((record) => toLink(settled(record, nowMs))),
    };
  }

  /** The link that a return from the bank belongs to: the one opened last that can still go on. */
  async currentLink(redirectUri: string | null): Promise<LinkReply> {
    const nowMs = Date.now();
    const current = this.#store
      .linksWithStatus("ready", "finalizing")
      .map((record) => settled(record, nowMs))
      .find(
        (record) =>
          record.openedAtMs !== null &&
          record.status !== "expired" &&
          (redirectUri === null || record.wish.redirectUri === redirectUri),
      );
    return current ? linkReply(current, nowMs) : refused("not_found");
  }

  async openLink(linkId: string): Promise<LinkReply> {
    const record = this.#settledLink(linkId);
    if (!record) return refused("not_found");
    if (record.status !== "ready") return refused("link_closed");
    this.#save(opened(record, Date.now()));
    return this.#reply(linkId);
  }

  async exitLink(caller: Caller, linkId: string, exit: ExitLink): Promise<LinkReply> {
    const record = this.#settledLink(linkId);
    if (!record) return refused("not_found");
    if (record.status === "ready") {
      const { reopen } = this.#provider(log).capabilities;
      const nowMs = Date.now();
      if (exit.error?.code === INVALID_LINK_TOKEN) this.#save(expired(record, nowMs));
      else if (exit.final || !reopen) this.#save(canceled(record, nowMs));
    }
    this.#callerLog(caller)("exit", {
      link_id: linkId,
      link_session_id: exit.link_session_id ?? undefined,
      plaid_request_id: exit.request_id ?? undefined,
      exit_status: exit.status ?? undefined,
      exit_error_code: exit.error?.code,
    });
    return this.#reply(linkId);
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

  override async alarm(): Promise<void> {
    const nowMs = Date.now();
    const work: Promise<void>[] = [];
    for (const record of this.#store.dueLinks(nowMs)) {
      if (record.work) work.push(this.#driver.runDue(record.id));
      else if (record.updatedAtMs + LINK_KEPT_MS <= nowMs) this.#store.deleteLink(record.id);
      else this.#store.saveLink(settled(record, nowMs));
    }
    for (const message of this.#store.outbox.take(nowMs)) work.push(this.#deliver(message));
    for (const watch of this.#store.watches.take(nowMs, ALARM_LOOK_GUARD_MS)) work.push(this.#lookAt(watch));
    // Holding the event keeps this object alive meanwhile. One that fails does not keep the others from their turn.
    for (const done of await Promise.allSettled(work)) {
      if (done.status === "rejected") this.#reportUnexpected(done.reason);
    }
    this.#store.arm();
  }

  /** The reply to a key that has been seen: a replay, a conflict, or a refusal. */
  #earlier({ scope, fingerprint }: Once): LinkReply | null {
    const claim = this.#store.claim(scope, Date.now());
    if (!claim) return null;
    if (claim.fingerprint !== fingerprint) return refused("idempotency_key_reused");
    if (this.#running.has(scope)) {
      return refused("idempotency_in_progress", { retryAfterS: RETRY_AFTER_CONFLICT_S });
    }
    return this.#reply(claim.linkId, true);
  }

  async #carryThrough({ requestId }: Caller, { scope, waitMs }: Once, linkId: string): Promise<LinkReply> {
    this.#running.add(scope);
    try {
      await this.#wait(linkId, requestId, waitMs);
    } finally {
      this.#running.delete(scope);
    }
    return this.#reply(linkId);
  }

  /** Begins or joins the link's run, for as long as the caller wants to wait. The run goes on without it. */
  async #wait(linkId: string, requestId: string, waitMs: number): Promise<void> {
    const deadline = Date.now() + waitMs;
    do {
      const leftMs = deadline - Date.now();
      await Promise.race([this.#driver.run(linkId, requestId), sleep(leftMs)]);
      // A run that the alarm began ends early; whoever waits goes on.
      const work = this.#store.link(linkId)?.work;
      if (!work || work.notBeforeMs > deadline) return;
    } while (Date.now() < deadline);
  }

  #creation(record: LinkRecord, body: FinalizeLink | FinalizeRefresh) {
    if (record.wish.accountId !== null) {
      if (!("public_token" in body)) return { accountId: record.wish.accountId };
      return refused("invalid_request", {
        detail: "This link is a refresh: it takes no public token and no account.",
        errors: [{ pointer: "/public_token", detail: "must be left out" }],
      });
    }
    if (!("public_token" in body)) return refused("account_metadata_missing");
    const { public_token: publicToken, ...selection } = body;
    const { customerId } = record.wish;
    const composed = this.#provider(log).composeAccount({
      linkId: record.id,
      customerId,
      publicToken,
      selection,
    });
    return composed.ok ? { ...composed.value, selection } : refusedBy(composed.failure);
  }

  /** Ready, never opened, wished the same: another attempt would only make another token. */
  #reusable(wish: LinkWish, reference: string | null, nowMs: number): LinkRecord | undefined {
    return this.#store
      .linksWithStatus("ready")
      .find(
        (record) =>
          record.openedAtMs === null &&
          record.reference === reference &&
          JSON.stringify(record.wish) === JSON.stringify(wish) &&
          (record.linkTokenExpiresAtMs ?? 0) - nowMs >= LINK_REUSE_MIN_LIFE_MS,
      );
  }

  #settledLink(linkId: string): LinkRecord | null {
    const record = this.#store.link(linkId);
    return record && settled(record, Date.now());
  }

  #save(record: LinkRecord): void {
    this.#store.saveLink(record);
    this.#store.arm();
  }

  #reply(linkId: string, replayed = false): LinkReply {
    const record = this.#settledLink(linkId);
    return record ? linkReply(record, Date.now(), replayed) : refused("not_found");
  }

  /** Kept in storage only with what has to go on by itself: a mere question leaves nothing behind. */
  #actFor({ owner }: Pick<Caller, "owner">): void {
    this.#owner ??= owner;
  }

  #keepOwner({ owner }: Pick<Caller, "owner">): void {
    this.#actFor({ owner });
    this.#store.owner = owner;
  }

  #callerLog({ requestId, owner: { provider } }: Caller): Log {
    return (event, fields) => log(event, { request_id: requestId, provider, ...fields });
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
    const { customerId } = caller.owner;
    return {
      store: this.#store,
      provider: this.#provider(this.#callerLog(caller)),
      customerId,
      now: Date.now,
    };
  }

  async #deliver(message: Message): Promise<void> {
    const { webhook } = this.#config;
    // Switched off since: nobody is there to tell.
    if (!webhook) return;
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
