/**
 * The ledger: one Durable Object per environment, provider and customer, the only writer of that customer's links.
 * It decides on idempotency, calls the provider itself, and continues by its alarm when nobody waits any more.
 */
import { DurableObject } from "cloudflare:workers";
import { type Config, type ConfigVariables, configOf } from "../config.ts";
import type { CreateLink, ExitLink, FinalizeLink, FinalizeRefresh, Link } from "../contract.ts";
import {
  ALARM_PAUSE_MS,
  DRIVE_ERROR_RETRY_MS,
  IDEMPOTENCY_KEYS_PER_HOUR,
  LINK_REUSE_MIN_LIFE_MS,
  LINKS_LISTED_MAX,
  LINKS_PER_HOUR,
  POLL_MAX_MS,
  RETRY_AFTER_CONFLICT_S,
} from "../limits.ts";
import { type Log, log, loggableCode, loggableId } from "../log.ts";
import type { Message } from "../notify/message.ts";
import type { AccessTokensBinding } from "../providers/access-tokens/source.ts";
import type { LinkRequest, Provider } from "../providers/provider.ts";
import { openProvider } from "../providers/registry.ts";
import {
  type CustomerAccountsDependencies,
  listAccounts,
  readAccount,
  removeAccount,
  requireRefresh,
} from "./customer-accounts.ts";
import { Driver, isWorking } from "./driver.ts";
import { doWhatIsDue } from "./due-work.ts";
import { nearestLanguage } from "./language.ts";
import { beginLink, type LinkEvent, settled, transition } from "./link-machine.ts";
import { chosenAccountId, type LinkRecord, nameInDoubt } from "./link-record.ts";
import {
  type AccountReply,
  type AccountsReply,
  type LinkReply,
  linkReply,
  type Refused,
  refused,
  refusedBy,
  toLink,
} from "./link-reply.ts";
import type { Undelivered } from "./outbox.ts";
import type { Caller, IdempotentRequest, Owner } from "./owner.ts";
import { LedgerStore } from "./store.ts";

export interface LedgerEnv extends ConfigVariables, AccessTokensBinding {}

const HOUR_MS = 60 * 60_000;
/** Plaid: the link token is dead, whatever we thought of its life. */
const INVALID_LINK_TOKEN = "INVALID_LINK_TOKEN";

export class Ledger extends DurableObject<LedgerEnv> {
  readonly #store = new LedgerStore(this.ctx.storage, () => this.#config.webhook !== null);
  readonly #driver = new Driver({
    store: this.#store,
    provider: (log) => this.#provider(log),
    log,
    upstreamTimeoutMs: () => this.#config.upstreamTimeoutMs,
    now: Date.now,
    sleep,
  });
  #owner: Owner | null = null;
  /** Requests that have not been answered yet; after a crash there are none, and the store decides. */
  readonly #running = new Set<string>();

  async createLink(caller: Caller, idempotent: IdempotentRequest, body: CreateLink): Promise<LinkReply> {
    this.#owner = caller.owner;
    const earlier = this.#earlier(idempotent);
    if (earlier) return earlier;

    const provider = this.#provider(callerLog(caller));
    const request: LinkRequest = {
      customerId: caller.owner.customerId,
      accountId: body.account_id ?? null,
      redirectUri: body.redirect_uri ?? null,
      language: nearestLanguage(body.language, provider.languages),
    };
    if (request.accountId !== null) {
      if (!provider.capabilities.refresh) return refused("refresh_unsupported");
      const account = await provider.readAccount(request.customerId, request.accountId);
      if (!account.ok) return refusedBy(account.failure);
      // Another request with this key may have come meanwhile.
      const meanwhile = this.#earlier(idempotent);
      if (meanwhile) return meanwhile;
    }

    const nowMs = Date.now();
    const reference = body.reference ?? null;
    const reusable = this.#reusable(request, reference, nowMs);
    const [oldest = nowMs, ...others] = this.#store.tokensSince(nowMs - HOUR_MS);
    if (!reusable && others.length + 1 >= LINKS_PER_HOUR) {
      return refused("rate_limited", { retryAfterS: Math.ceil((oldest + HOUR_MS - nowMs) / 1_000) });
    }
    const id = `lnk_${crypto.randomUUID().replaceAll("-", "")}`;
    const record = reusable ?? beginLink({ id, provider: provider.name, request, reference }, nowMs);
    this.#store.atomically(() => {
      this.#store.owner = caller.owner;
      if (!reusable) this.#store.saveLink(record, this.#driver.guardAtMs());
      this.#store.saveClaim(idempotent, record.id, nowMs);
    });
    this.#driver.scheduleAlarm();
    return this.#carryThrough(caller, idempotent, record.id);
  }

  async finalizeLink(
    caller: Caller,
    idempotent: IdempotentRequest,
    linkId: string,
    body: FinalizeLink | FinalizeRefresh,
  ): Promise<LinkReply> {
    const earlier = this.#earlier(idempotent);
    if (earlier) return earlier;
    const record = this.#settledLink(linkId);
    if (!record) return refused("not_found");
    if (record.status === "preparing") {
      return refused("invalid_request", {
        detail: "This link is not ready yet, so nothing can have been chosen in it.",
      });
    }

    const nowMs = Date.now();
    const isStartable =
      record.status === "ready" || record.status === "canceled" || record.status === "expired";
    if (!isStartable && !repeatsChoice(record, body)) {
      return refused("link_closed", {
        detail: "Another account was chosen in this link before. Create a new link.",
      });
    }
    let next: LinkRecord = record;
    if (isStartable) {
      const event = this.#finalizeEvent(record, body);
      if ("ok" in event) return event;
      const move = transition(record, event, nowMs);
      if (move.kind === "moved") next = this.#driver.beginPost(move.record, this.#provider(log));
    }
    this.#store.atomically(() => {
      if (next !== record) this.#store.saveLink(next, this.#driver.guardAtMs());
      this.#store.saveClaim(idempotent, linkId, nowMs);
    });
    this.#driver.scheduleAlarm();
    return this.#carryThrough(caller, idempotent, linkId);
  }

  async readLink({ requestId }: Caller, linkId: string, waitMs: number): Promise<LinkReply> {
    if (!this.#store.link(linkId)) return refused("not_found");
    await this.#wait(linkId, requestId, waitMs);
    return this.#reply(linkId);
  }

  async listLinks(): Promise<Link[]> {
    const nowMs = Date.now();
    return this.#store.links(LINKS_LISTED_MAX).map((record) => toLink(settled(record, nowMs)));
  }

  /** The link that a return from the bank belongs to: the one opened last that can still be completed. */
  async currentLink(redirectUri: string | null): Promise<LinkReply> {
    const nowMs = Date.now();
    const current = this.#store
      .linksWithStatus("ready", "finalizing")
      .map((record) => settled(record, nowMs))
      .find(
        (record) =>
          record.openedAtMs !== null &&
          record.status !== "expired" &&
          (redirectUri === null || record.request.redirectUri === redirectUri),
      );
    return current ? linkReply(current, nowMs) : refused("not_found");
  }

  async openLink(linkId: string): Promise<LinkReply> {
    const record = this.#settledLink(linkId);
    if (!record) return refused("not_found");
    return this.#move(record, { type: "opened" }) ? this.#reply(linkId) : refused("link_closed");
  }

  async exitLink(caller: Caller, linkId: string, exit: ExitLink): Promise<LinkReply> {
    const record = this.#settledLink(linkId);
    if (!record) return refused("not_found");
    if (record.status === "ready") {
      const { reopen } = this.#provider(callerLog(caller)).capabilities;
      if (exit.error?.code === INVALID_LINK_TOKEN) this.#move(record, { type: "expired" });
      else if (exit.final || !reopen) this.#move(record, { type: "canceled" });
    }
    callerLog(caller)("exit", {
      link_id: linkId,
      link_session_id: loggableId(exit.link_session_id),
      plaid_request_id: loggableId(exit.request_id),
      exit_status: loggableCode(exit.status),
      exit_error_code: loggableCode(exit.error?.code),
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
    this.#store.owner = caller.owner;
    return removeAccount(accountId, this.#accountsOf(caller));
  }

  async requireRefresh(caller: Caller, accountId: string): Promise<AccountReply> {
    return requireRefresh(accountId, this.#accountsOf(caller));
  }

  /** From the sweep: something about this customer's account that the page's server should know. */
  async enqueue(owner: Owner, message: Message): Promise<void> {
    this.#store.owner = owner;
    this.#store.outbox.add(message, Date.now());
    this.#driver.scheduleAlarm();
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
    this.#store.alarmRang();
    try {
      await doWhatIsDue(Date.now(), {
        store: this.#store,
        driver: this.#driver,
        webhook: this.#config.webhook,
        provider: () => this.#provider(log),
        upstreamTimeoutMs: this.#config.upstreamTimeoutMs,
        log,
      });
      this.#driver.scheduleAlarm(Date.now() + ALARM_PAUSE_MS);
    } catch (error) {
      log("unexpected", {
        reason: error instanceof Error ? `${error.name}: ${error.message}` : "unknown",
      });
      this.#store.setAlarm(Date.now() + DRIVE_ERROR_RETRY_MS);
    }
  }

  /** Read late: a wrong configuration is mended while this object lives, and must not keep it from waking. */
  get #config(): Config {
    return configOf(this.env);
  }

  /** Made anew for each piece of work: it holds no state, and its log lines belong to that work. */
  #provider(log: Log): Provider {
    this.#owner ??= this.#store.owner ?? null;
    const owner = this.#owner;
    if (!owner) throw new Error("a ledger without an owner has no work");
    return openProvider(this.#config, this.env, owner.provider, log);
  }

  #accountsOf(caller: Caller): CustomerAccountsDependencies {
    this.#owner = caller.owner;
    return {
      store: this.#store,
      provider: this.#provider(callerLog(caller)),
      customerId: caller.owner.customerId,
      now: Date.now,
      scheduleAlarm: () => this.#driver.scheduleAlarm(),
    };
  }

  /** The reply to a key that has been seen: a replay, a conflict, or a refusal. */
  #earlier({ scope, fingerprint }: IdempotentRequest): LinkReply | null {
    const nowMs = Date.now();
    const claim = this.#store.claim(scope, nowMs);
    if (!claim) {
      const isFlood = this.#store.countClaimsSince(nowMs - HOUR_MS) >= IDEMPOTENCY_KEYS_PER_HOUR;
      return isFlood ? refused("rate_limited", { retryAfterS: HOUR_MS / 1_000 }) : null;
    }
    if (claim.fingerprint !== fingerprint) return refused("idempotency_key_reused");
    if (this.#running.has(scope)) {
      return refused("idempotency_in_progress", { retryAfterS: RETRY_AFTER_CONFLICT_S });
    }
    return this.#reply(claim.linkId, { replayed: true, keptUntilMs: claim.expiresAtMs });
  }

  async #carryThrough(
    { requestId }: Caller,
    { scope, waitMs }: IdempotentRequest,
    linkId: string,
  ): Promise<LinkReply> {
    this.#running.add(scope);
    try {
      await this.#wait(linkId, requestId, waitMs);
    } finally {
      this.#running.delete(scope);
    }
    // The key has been released where another try may help.
    const keptUntilMs = this.#store.claim(scope, Date.now())?.expiresAtMs ?? null;
    return this.#reply(linkId, { keptUntilMs });
  }

  /** Begins or joins the link's run, for as long as the caller wants to wait. The run continues without it. */
  async #wait(linkId: string, requestId: string, waitMs: number): Promise<void> {
    const deadlineMs = Date.now() + waitMs;
    do {
      await within(deadlineMs - Date.now(), this.#driver.run(linkId, requestId, deadlineMs));
      const record = this.#store.link(linkId);
      if (!record || !isWorking(record)) return;
      // A pause that the provider asked for: the caller is told when to ask again.
      if (record.notBeforeMs > deadlineMs + POLL_MAX_MS) return;
      // The next poll would come too late for this caller, who still wants to wait that long.
      if (record.notBeforeMs > deadlineMs) await sleep(Math.max(deadlineMs - Date.now(), 0));
    } while (Date.now() < deadlineMs);
  }

  #finalizeEvent(record: LinkRecord, body: FinalizeLink | FinalizeRefresh): LinkEvent | Refused {
    const { customerId, accountId } = record.request;
    if (accountId !== null) {
      if (!("public_token" in body)) return { type: "finalize_refresh", accountId };
      return refused("invalid_request", {
        detail: "This link is a refresh: it takes no public token and no account.",
        errors: [{ pointer: "/public_token", detail: "must be left out" }],
      });
    }
    if (!("public_token" in body)) return refused("account_metadata_missing");
    const { public_token: publicToken, ...selection } = body;
    const composed = this.#provider(log).composeAccount({
      linkId: record.id,
      customerId,
      publicToken,
      selection,
      takenNames: new Set(
        this.#store.linksWithStatus("finalizing", "failed").flatMap((other) => nameInDoubt(other) ?? []),
      ),
    });
    return composed.ok
      ? { type: "finalize", post: { ...composed.value, selection } }
      : refusedBy(composed.failure);
  }

  /** Ready, never opened, asked for in the same words: another attempt would only make another token. */
  #reusable(request: LinkRequest, reference: string | null, nowMs: number): LinkRecord | undefined {
    return this.#store
      .linksWithStatus("ready")
      .find(
        (record) =>
          record.status === "ready" &&
          record.openedAtMs === null &&
          record.reference === reference &&
          JSON.stringify(record.request) === JSON.stringify(request) &&
          record.linkTokenExpiresAtMs - nowMs >= LINK_REUSE_MIN_LIFE_MS,
      );
  }

  #settledLink(linkId: string): LinkRecord | null {
    const record = this.#store.link(linkId);
    return record && settled(record, Date.now());
  }

  /** False where the event does not fit the link's state. */
  #move(record: LinkRecord, event: LinkEvent): boolean {
    const move = transition(record, event, Date.now());
    if (move.kind !== "moved") return false;
    this.#store.saveLink(move.record);
    this.#driver.scheduleAlarm();
    return true;
  }

  #reply(linkId: string, key?: Parameters<typeof linkReply>[2]): LinkReply {
    const record = this.#settledLink(linkId);
    return record ? linkReply(record, Date.now(), key) : refused("not_found");
  }
}

/** The first outcome answers a repeat, never another choice: that would be given a success that is not its own. */
function repeatsChoice(record: LinkRecord, body: FinalizeLink | FinalizeRefresh): boolean {
  const chosen = chosenAccountId(record);
  return chosen === null || !("account" in body) || body.account.id === chosen;
}

function callerLog({ requestId, owner: { provider } }: Caller): Log {
  return (event, fields) => log(event, { request_id: requestId, provider, ...fields });
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, timeout]);
  // A timer left behind would keep this object awake.
  clearTimeout(timer);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
