/** The links of one customer: what each request asks of them, and how long its caller waits. */
import type { CreateLink, ExitLink, FinalizeLink, FinalizeRefresh } from "../contract.ts";
import {
  LINK_REUSE_MIN_LIFE_MS,
  LINKS_LISTED_MAX,
  LINKS_PER_HOUR,
  RETRY_AFTER_CONFLICT_S,
} from "../limits.ts";
import { type Log, loggableCode, loggableId } from "../log.ts";
import type { LinkRequest, Provider } from "../providers/provider.ts";
import type { Driver } from "./driver.ts";
import { nearestLanguage } from "./language.ts";
import { type Beginning, beginLink, canceled, expired, finalizing, opened, settled } from "./link-machine.ts";
import type { LinkRecord } from "./link-record.ts";
import { toLink } from "./link-view.ts";
import type { Caller, IdempotentRequest } from "./owner.ts";
import { type LinkReply, type LinksReply, linkReply, type Refused, refused, refusedBy } from "./replies.ts";
import type { LedgerStore } from "./store.ts";

export interface CustomerLinksDependencies {
  store: LedgerStore;
  driver: Driver;
  provider: (log: Log) => Provider;
  log: Log;
  now: () => number;
}

const HOUR_MS = 60 * 60_000;
/** Plaid: the link token is dead, whatever we thought of its life. */
const INVALID_LINK_TOKEN = "INVALID_LINK_TOKEN";

export class CustomerLinks {
  /** Requests that have not been answered yet; after a crash there are none, and the store decides. */
  readonly #running = new Set<string>();
  readonly #deps: CustomerLinksDependencies;

  constructor(deps: CustomerLinksDependencies) {
    this.#deps = deps;
  }

  async create(caller: Caller, idempotent: IdempotentRequest, wishes: CreateLink): Promise<LinkReply> {
    const earlier = this.#earlier(idempotent);
    if (earlier) return earlier;

    const provider = this.#deps.provider(this.#callerLog(caller));
    const request: LinkRequest = {
      customerId: caller.owner.customerId,
      accountId: wishes.account_id ?? null,
      redirectUri: wishes.redirect_uri ?? null,
      language: nearestLanguage(wishes.language, provider.languages),
    };
    if (request.accountId !== null) {
      if (!provider.capabilities.refresh) return refused("refresh_unsupported");
      const account = await provider.readAccount(request.customerId, request.accountId);
      if (!account.ok) return refusedBy(account.failure);
      // Another request with this key may have come meanwhile.
      const meanwhile = this.#earlier(idempotent);
      if (meanwhile) return meanwhile;
    }

    const nowMs = this.#deps.now();
    const reusable = this.#reusable(request, wishes.reference ?? null, nowMs);
    if (!reusable && this.#deps.store.countLinksSince(nowMs - HOUR_MS) >= LINKS_PER_HOUR) {
      return refused("rate_limited", { retryAfterS: HOUR_MS / 1_000 });
    }
    const record =
      reusable ??
      beginLink(
        {
          id: `lnk_${crypto.randomUUID().replaceAll("-", "")}`,
          provider: provider.name,
          request,
          reference: wishes.reference ?? null,
        },
        nowMs,
      );
    this.#deps.store.atomically(() => {
      this.#deps.store.owner = caller.owner;
      if (!reusable) this.#deps.store.saveLink(record);
      this.#deps.store.saveClaim(idempotent, record.id, nowMs);
    });
    this.#deps.store.arm();
    return this.#carryThrough(caller, idempotent, record.id);
  }

  async finalize(
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

    const nowMs = this.#deps.now();
    const startable =
      record.status === "ready" || record.status === "canceled" || record.status === "expired";
    if (!startable && !repeatsChoice(record, body)) {
      return refused("link_closed", {
        detail: "Another account was chosen in this link before. Create a new link.",
      });
    }
    let next = record;
    if (startable) {
      const creation = this.#creation(record, body);
      if ("refusal" in creation) return creation;
      next = finalizing(record, creation, nowMs);
    }
    this.#deps.store.atomically(() => {
      if (startable) this.#deps.store.saveLink(next);
      this.#deps.store.saveClaim(idempotent, linkId, nowMs);
    });
    this.#deps.store.arm();
    this.#callerLog(caller)("finalize", {
      link_id: linkId,
      link_session_id: loggableId(body.link_session_id),
    });
    return this.#carryThrough(caller, idempotent, linkId);
  }

  async read(caller: Caller, linkId: string, waitMs: number): Promise<LinkReply> {
    if (!this.#deps.store.link(linkId)) return refused("not_found");
    await this.#wait(linkId, caller.requestId, waitMs);
    return this.#reply(linkId);
  }

  list(): LinksReply {
    const nowMs = this.#deps.now();
    return {
      ok: true,
      links: this.#deps.store.links(LINKS_LISTED_MAX).map((record) => toLink(settled(record, nowMs))),
    };
  }

  /** The link that a return from the bank belongs to: the one opened last that can still go on. */
  current(redirectUri: string | null): LinkReply {
    const nowMs = this.#deps.now();
    const current = this.#deps.store
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

  open(linkId: string): LinkReply {
    const record = this.#settledLink(linkId);
    if (!record) return refused("not_found");
    if (record.status !== "ready") return refused("link_closed");
    this.#save(opened(record, this.#deps.now()));
    return this.#reply(linkId);
  }

  exit(caller: Caller, linkId: string, exit: ExitLink): LinkReply {
    const record = this.#settledLink(linkId);
    if (!record) return refused("not_found");
    if (record.status === "ready") {
      const { reopen } = this.#deps.provider(this.#deps.log).capabilities;
      const nowMs = this.#deps.now();
      if (exit.error?.code === INVALID_LINK_TOKEN) this.#save(expired(record, nowMs));
      else if (exit.final || !reopen) this.#save(canceled(record, nowMs));
    }
    this.#callerLog(caller)("exit", {
      link_id: linkId,
      link_session_id: loggableId(exit.link_session_id),
      plaid_request_id: loggableId(exit.request_id),
      exit_status: loggableCode(exit.status),
      exit_error_code: loggableCode(exit.error?.code),
    });
    return this.#reply(linkId);
  }

  /** The reply to a key that has been seen: a replay, a conflict, or a refusal. */
  #earlier({ scope, fingerprint }: IdempotentRequest): LinkReply | null {
    const claim = this.#deps.store.claim(scope, this.#deps.now());
    if (!claim) return null;
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
    const keptUntilMs = this.#deps.store.claim(scope, this.#deps.now())?.expiresAtMs ?? null;
    return this.#reply(linkId, { keptUntilMs });
  }

  /** Begins or joins the link's run, for as long as the caller wants to wait. The run goes on without it. */
  async #wait(linkId: string, requestId: string, waitMs: number): Promise<void> {
    const deadline = this.#deps.now() + waitMs;
    do {
      await within(deadline - this.#deps.now(), this.#deps.driver.run(linkId, requestId));
      // A run that the alarm began ends early; whoever waits goes on.
      const work = this.#deps.store.link(linkId)?.work;
      if (!work || work.notBeforeMs > deadline) return;
    } while (this.#deps.now() < deadline);
  }

  #creation(record: LinkRecord, body: FinalizeLink | FinalizeRefresh): Beginning | Refused {
    if (record.request.accountId !== null) {
      if (!("public_token" in body)) return { accountId: record.request.accountId };
      return refused("invalid_request", {
        detail: "This link is a refresh: it takes no public token and no account.",
        errors: [{ pointer: "/public_token", detail: "must be left out" }],
      });
    }
    if (!("public_token" in body)) return refused("account_metadata_missing");
    const { public_token: publicToken, ...selection } = body;
    const { customerId } = record.request;
    const composed = this.#deps.provider(this.#deps.log).composeAccount({
      linkId: record.id,
      customerId,
      publicToken,
      selection,
    });
    return composed.ok ? { ...composed.value, selection } : refusedBy(composed.failure);
  }

  /** Ready, never opened, wished the same: another attempt would only make another token. */
  #reusable(request: LinkRequest, reference: string | null, nowMs: number): LinkRecord | undefined {
    return this.#deps.store
      .linksWithStatus("ready")
      .find(
        (record) =>
          record.openedAtMs === null &&
          record.reference === reference &&
          JSON.stringify(record.request) === JSON.stringify(request) &&
          (record.linkTokenExpiresAtMs ?? 0) - nowMs >= LINK_REUSE_MIN_LIFE_MS,
      );
  }

  #callerLog({ requestId, owner: { provider } }: Caller): Log {
    return (event, fields) => this.#deps.log(event, { request_id: requestId, provider, ...fields });
  }

  #settledLink(linkId: string): LinkRecord | null {
    const record = this.#deps.store.link(linkId);
    return record && settled(record, this.#deps.now());
  }

  #save(record: LinkRecord): void {
    this.#deps.store.saveLink(record);
    this.#deps.store.arm();
  }

  #reply(linkId: string, key?: Parameters<typeof linkReply>[2]): LinkReply {
    const record = this.#settledLink(linkId);
    return record ? linkReply(record, this.#deps.now(), key) : refused("not_found");
  }
}

/** The first outcome answers a repeat, never another choice: that would be told a success that is not its own. */
function repeatsChoice({ chosenAccountId }: LinkRecord, body: FinalizeLink | FinalizeRefresh): boolean {
  return chosenAccountId === null || !("account" in body) || body.account.id === chosenAccountId;
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, timeout]);
  // A timer left behind would keep this object from resting.
  clearTimeout(timer);
}
