/**
 * The ledger's tables. All methods are synchronous, and what one event writes without an await between
 * lands together or not at all (Durable Objects coalesce such writes).
 * The schema is described in worker/README.md.
 */

import type { Account } from "../contract.ts";
import { IDEMPOTENCY_KEPT_MS } from "../limits.ts";
import type { Message } from "../notify/message.ts";
import { recallAccount } from "./describe-account.ts";
import { dueAtMs } from "./link-machine.ts";
import type { LinkRecord } from "./link-record.ts";
import { OUTBOX_SCHEMA, Outbox } from "./outbox.ts";
import type { IdempotentRequest, Owner } from "./owner.ts";
import { WATCHES_SCHEMA, Watches } from "./watches.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS links (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    opened_at_ms INTEGER,
    due_at_ms INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS links_by_due ON links (due_at_ms);
  CREATE TABLE IF NOT EXISTS idempotency (
    scope TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    link_id TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY,
    link_id TEXT NOT NULL,
    institution_id TEXT,
    institution_name TEXT,
    type TEXT
  ) STRICT;
`;

export interface KnownAccount {
  id: string;
  institutionId: string | null;
  institutionName: string | null;
  type: string | null;
}

export interface Claim {
  fingerprint: string;
  linkId: string;
  expiresAtMs: number;
}

const OWNER_KEY = "owner";

export class LedgerStore {
  readonly outbox: Outbox;
  readonly watches: Watches;
  readonly #storage: DurableObjectStorage;
  readonly #tells: () => boolean;

  /** `tells`: whether a webhook is configured, so that there is somebody to tell. */
  constructor(storage: DurableObjectStorage, tells: () => boolean) {
    this.#storage = storage;
    this.#tells = tells;
    this.#createTables();
    this.outbox = new Outbox(storage.sql);
    this.watches = new Watches(storage.sql);
  }

  /** For the page's server, once for each message id. */
  tell(message: Message, nowMs: number): void {
    if (this.#tells()) this.outbox.add(message, nowMs);
  }

  /** Runs `work` in one transaction; a throw undoes it. */
  atomically<T>(work: () => T): T {
    return this.#storage.transactionSync(work);
  }

  get owner(): Owner | undefined {
    return this.#storage.kv.get<Owner>(OWNER_KEY);
  }

  set owner(owner: Owner) {
    this.#storage.kv.put(OWNER_KEY, owner);
  }

  link(id: string): LinkRecord | null {
    const [row] = this.#storage.sql
      .exec<{ record: string }>("SELECT record FROM links WHERE id = ?", id)
      .toArray();
    return row ? parse(row) : null;
  }

  /** Newest first. */
  links(limit: number): LinkRecord[] {
    return this.#storage.sql
      .exec<{ record: string }>(
        "SELECT record FROM links ORDER BY created_at_ms DESC, rowid DESC LIMIT ?",
        limit,
      )
      .toArray()
      .map(parse);
  }

  linksWithStatus(...statuses: LinkRecord["status"][]): LinkRecord[] {
    const marks = statuses.map(() => "?").join(", ");
    return this.#storage.sql
      .exec<{ record: string }>(
        `SELECT record FROM links WHERE status IN (${marks}) ORDER BY opened_at_ms DESC, created_at_ms DESC`,
        ...statuses,
      )
      .toArray()
      .map(parse);
  }

  countLinksSince(createdAtMs: number): number {
    const { count } = this.#storage.sql
      .exec<{ count: number }>("SELECT count(*) AS count FROM links WHERE created_at_ms > ?", createdAtMs)
      .one();
    return count;
  }

  /** `notDueBeforeMs`: somebody works on it at the moment; the alarm need not look earlier. */
  saveLink(record: LinkRecord, notDueBeforeMs = 0): void {
    this.#storage.sql.exec(
      `INSERT INTO links (id, status, created_at_ms, opened_at_ms, due_at_ms, record) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET status = excluded.status, opened_at_ms = excluded.opened_at_ms,
         due_at_ms = excluded.due_at_ms, record = excluded.record`,
      record.id,
      record.status,
      record.createdAtMs,
      record.openedAtMs,
      // Whole milliseconds, whatever a pace was computed from: the column takes nothing else.
      Math.ceil(Math.max(dueAtMs(record), notDueBeforeMs)),
      JSON.stringify(record),
    );
  }

  postponeLink(id: string, dueAtMs: number): void {
    this.#storage.sql.exec("UPDATE links SET due_at_ms = ? WHERE id = ?", Math.ceil(dueAtMs), id);
  }

  deleteLink(id: string): void {
    this.#storage.sql.exec("DELETE FROM links WHERE id = ?", id);
    this.releaseClaims(id);
  }

  dueLinks(nowMs: number): LinkRecord[] {
    return this.#storage.sql
      .exec<{ record: string }>("SELECT record FROM links WHERE due_at_ms <= ? ORDER BY due_at_ms", nowMs)
      .toArray()
      .map(parse);
  }

  /** Arms the one alarm for whatever is due first. */
  arm(): void {
    const { due: link } = this.#storage.sql
      .exec<{ due: number | null }>("SELECT min(due_at_ms) AS due FROM links")
      .one();
    const message = this.#tells() ? this.outbox.nextDueAtMs() : null;
    const due = [link, message, this.watches.nextDueAtMs()].filter((ms) => ms !== null);
    // Not awaited: the write is held by the output gate like every other.
    if (due.length === 0) this.#storage.deleteAlarm();
    else this.#storage.setAlarm(Math.min(...due));
  }

  /** Everything we hold of this customer. The scopes name what KV may still hold. */
  async erase(): Promise<{ scopes: string[] }> {
    const scopes = this.#storage.sql.exec<{ scope: string }>("SELECT scope FROM idempotency").toArray();
    await this.#storage.deleteAlarm();
    await this.#storage.deleteAll();
    this.#createTables();
    return { scopes: scopes.map(({ scope }) => scope) };
  }

  claim(scope: string, nowMs: number): Claim | null {
    const [row] = this.#storage.sql
      .exec<{ fingerprint: string; link_id: string; expires_at_ms: number }>(
        "SELECT fingerprint, link_id, expires_at_ms FROM idempotency WHERE scope = ? AND expires_at_ms > ?",
        scope,
        nowMs,
      )
      .toArray();
    return row ? { fingerprint: row.fingerprint, linkId: row.link_id, expiresAtMs: row.expires_at_ms } : null;
  }

  saveClaim(
    { scope, fingerprint }: Pick<IdempotentRequest, "scope" | "fingerprint">,
    linkId: string,
    nowMs: number,
  ): void {
    this.#storage.sql.exec("DELETE FROM idempotency WHERE expires_at_ms <= ?", nowMs);
    this.#storage.sql.exec(
      "INSERT OR REPLACE INTO idempotency (scope, fingerprint, link_id, expires_at_ms) VALUES (?, ?, ?, ?)",
      scope,
      fingerprint,
      linkId,
      nowMs + IDEMPOTENCY_KEPT_MS,
    );
  }

  /** The keys that led to this link may be used again. */
  releaseClaims(linkId: string): void {
    this.#storage.sql.exec("DELETE FROM idempotency WHERE link_id = ?", linkId);
  }

  /** Accounts that links of this customer have made; `except` leaves one link's out. */
  ownedAccountIds(except: string): Set<string> {
    const rows = this.#storage.sql.exec<{ id: string }>("SELECT id FROM accounts WHERE link_id <> ?", except);
    return new Set(rows.toArray().map(({ id }) => id));
  }

  saveAccount(linkId: string, { id, institutionId, institutionName, type }: KnownAccount): void {
    this.#storage.sql.exec(
      "INSERT OR IGNORE INTO accounts (id, link_id, institution_id, institution_name, type) VALUES (?, ?, ?, ?, ?)",
      id,
      linkId,
      institutionId,
      institutionName,
      type,
    );
  }

  /** It is gone at the provider, and so is what only we knew; whose it was stays, lest another link takes it. */
  forgetAccount(id: string): void {
    this.#storage.sql.exec(
      "UPDATE accounts SET institution_id = NULL, institution_name = NULL, type = NULL WHERE id = ?",
      id,
    );
  }

  #createTables(): void {
    for (const schema of [SCHEMA, OUTBOX_SCHEMA, WATCHES_SCHEMA]) this.#storage.sql.exec(schema);
  }

  /** The account, with what only we know of it. */
  recall(account: Account): Account {
    if (account.id === null) return account;
    const [known] = this.#storage.sql
      .exec<{ institution_id: string | null; institution_name: string | null; type: string | null }>(
        "SELECT institution_id, institution_name, type FROM accounts WHERE id = ?",
        account.id,
      )
      .toArray();
    if (!known) return account;
    return recallAccount(account, {
      id: account.id,
      institutionId: known.institution_id,
      institutionName: known.institution_name,
      type: known.type,
    });
  }
}

function parse({ record }: { record: string }): LinkRecord {
  return JSON.parse(record);
}
