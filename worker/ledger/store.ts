/**
 * The ledger's rows. All methods are synchronous, and what one event writes without an await between lands together or
 * not at all (Durable Objects coalesce such writes). The schema is described in worker/README.md.
 */
import { IDEMPOTENCY_KEPT_MS } from "../limits.ts";
import type { KnownDetails } from "./enrich-account.ts";
import { dueAtMs } from "./link-machine.ts";
import type { LinkRecord } from "./link-record.ts";
import { Outbox } from "./outbox.ts";
import type { IdempotentRequest, Owner } from "./owner.ts";
import type { Rows } from "./rows.ts";
import { createTables, openTables, SCHEMA_VERSION } from "./schema.ts";
import { Watches } from "./watches.ts";

export interface Claim {
  fingerprint: string;
  linkId: string;
  expiresAtMs: number;
}

const OWNER_KEY = "owner";

/** The first release stored no version. */
interface StoredOwner extends Owner {
  schemaVersion?: number;
}

export class LedgerStore {
  readonly outbox: Outbox;
  readonly watches: Watches;
  readonly #storage: DurableObjectStorage;
  /** `null`: not looked for yet. */
  #hasTables: boolean | null = null;
  /** As it was set last by this object; `null`: not known. */
  #alarmAtMs: number | null = null;

  /** `isNotified`: whether a webhook is configured, so that there is somebody to notify. */
  constructor(storage: DurableObjectStorage, isNotified: () => boolean) {
    this.#storage = storage;
    const rows: Rows = {
      read: (query, ...bindings) => this.#read(query, ...bindings),
      write: (query, ...bindings) => this.#write(query, ...bindings),
    };
    this.outbox = new Outbox(rows, isNotified);
    this.watches = new Watches(rows);
  }

  /** Runs `work` in one transaction; a throw undoes it. */
  atomically<T>(work: () => T): T {
    this.#ensureTables();
    return this.#storage.transactionSync(work);
  }

  get owner(): Owner | undefined {
    return this.#owner();
  }

  /** Kept with whatever has to continue by itself. */
  set owner(owner: Owner) {
    if (this.#owner()?.schemaVersion === SCHEMA_VERSION) return;
    this.#storage.kv.put(OWNER_KEY, { ...owner, schemaVersion: SCHEMA_VERSION } satisfies StoredOwner);
  }

  #owner(): StoredOwner | undefined {
    return this.#storage.kv.get<StoredOwner>(OWNER_KEY);
  }

  link(id: string): LinkRecord | null {
    const [row] = this.#read<{ record: string }>("SELECT record FROM link WHERE id = ?", id);
    return row ? parse(row) : null;
  }

  /** Newest first. */
  links(limit: number): LinkRecord[] {
    return this.#read<{ record: string }>(
      "SELECT record FROM link ORDER BY created_at_ms DESC, id LIMIT ?",
      limit,
    ).map(parse);
  }

  linksWithStatus(...statuses: LinkRecord["status"][]): LinkRecord[] {
    const marks = statuses.map(() => "?").join(", ");
    return this.#read<{ record: string }>(
      `SELECT record FROM link WHERE status IN (${marks}) ORDER BY opened_at_ms DESC, created_at_ms DESC`,
      ...statuses,
    ).map(parse);
  }

  /** When the links were created that have, or may get, a link token: newer than that, oldest first. */
  tokensSince(createdAtMs: number): number[] {
    return this.#read<{ created_at_ms: number }>(
      `SELECT created_at_ms FROM link WHERE created_at_ms > ?
         AND (status <> 'failed' OR record ->> 'chosenAccountId' IS NOT NULL OR opened_at_ms IS NOT NULL)
       ORDER BY created_at_ms`,
      createdAtMs,
    ).map((row) => row.created_at_ms);
  }

  /** `notDueBeforeMs`: somebody works on it at the moment; the alarm need not come earlier. */
  saveLink(record: LinkRecord, notDueBeforeMs = 0): void {
    this.#write(
      `INSERT INTO link (id, status, created_at_ms, opened_at_ms, due_at_ms, record) VALUES (?, ?, ?, ?, ?, ?)
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

  deleteLink(id: string): void {
    this.#write("DELETE FROM link WHERE id = ?", id);
    this.releaseClaims(id);
  }

  dueLinks(nowMs: number): LinkRecord[] {
    return this.#read<{ record: string }>(
      "SELECT record FROM link WHERE due_at_ms <= ? ORDER BY due_at_ms",
      nowMs,
    ).map(parse);
  }

  /**
   * Sets the one alarm for whatever is due first. An alarm that is set for that time or earlier is kept: it rings, finds
   * nothing, and is set again. `isUnderWay`: somebody works on that link; the alarm comes for it at `guardAtMs`.
   * `notBeforeMs`: so that no overdue row makes the alarm spin.
   */
  scheduleAlarm({
    nowMs,
    notBeforeMs,
    isUnderWay,
    guardAtMs,
  }: {
    nowMs: number;
    notBeforeMs: number;
    isUnderWay: (linkId: string) => boolean;
    guardAtMs: number;
  }): void {
    const links = this.#read<{ id: string; due_at_ms: number }>("SELECT id, due_at_ms FROM link");
    const dues = [
      ...links.map(({ id, due_at_ms }) => (isUnderWay(id) ? Math.max(due_at_ms, guardAtMs) : due_at_ms)),
      ...[this.outbox.nextDueAtMs(), this.watches.nextDueAtMs()].filter((ms) => ms !== null),
    ];
    if (dues.length === 0) return;
    const atMs = Math.max(Math.min(...dues), notBeforeMs);
    if (this.#alarmAtMs !== null && this.#alarmAtMs > nowMs && this.#alarmAtMs <= atMs) return;
    this.setAlarm(atMs);
  }

  setAlarm(atMs: number): void {
    this.#alarmAtMs = atMs;
    // Not awaited: the write is held by the output gate like every other.
    void this.#storage.setAlarm(atMs);
  }

  /** The alarm that was set has rung. */
  alarmRang(): void {
    this.#alarmAtMs = null;
  }

  /** Everything we hold of this customer. The scopes name what KV may still hold. */
  async erase(): Promise<{ scopes: string[] }> {
    const scopes = this.#read<{ scope: string }>("SELECT scope FROM claim");
    await this.#storage.deleteAlarm();
    await this.#storage.deleteAll();
    this.#hasTables = false;
    this.#alarmAtMs = null;
    return { scopes: scopes.map(({ scope }) => scope) };
  }

  claim(scope: string, nowMs: number): Claim | null {
    const [row] = this.#read<{ fingerprint: string; link_id: string; expires_at_ms: number }>(
      "SELECT fingerprint, link_id, expires_at_ms FROM claim WHERE scope = ? AND expires_at_ms > ?",
      scope,
      nowMs,
    );
    return row ? { fingerprint: row.fingerprint, linkId: row.link_id, expiresAtMs: row.expires_at_ms } : null;
  }

  saveClaim(
    { scope, fingerprint }: Pick<IdempotentRequest, "scope" | "fingerprint">,
    linkId: string,
    nowMs: number,
  ): void {
    this.#write("DELETE FROM claim WHERE expires_at_ms <= ?", nowMs);
    this.#write(
      "INSERT OR REPLACE INTO claim (scope, fingerprint, link_id, expires_at_ms) VALUES (?, ?, ?, ?)",
      scope,
      fingerprint,
      linkId,
      nowMs + IDEMPOTENCY_KEPT_MS,
    );
  }

  /** How many claims were saved since then. */
  countClaimsSince(sinceMs: number): number {
    const [row] = this.#read<{ count: number }>(
      "SELECT count(*) AS count FROM claim WHERE expires_at_ms > ?",
      sinceMs + IDEMPOTENCY_KEPT_MS,
    );
    return row?.count ?? 0;
  }

  /** The keys that led to this link may be used again. */
  releaseClaims(linkId: string): void {
    this.#write("DELETE FROM claim WHERE link_id = ?", linkId);
  }

  /** Accounts that links of this customer have made; this link's own ones included. */
  knownAccountIds(): Set<string> {
    return new Set(this.#read<{ id: string }>("SELECT id FROM account").map(({ id }) => id));
  }

  /** An account belongs to one link. @throws where it is another one's */
  saveAccount(linkId: string, id: string, { type, institution }: KnownDetails): void {
    const [owner] = this.#read<{ link_id: string }>("SELECT link_id FROM account WHERE id = ?", id);
    if (owner?.link_id === linkId) return;
    this.#write(
      "INSERT INTO account (id, link_id, institution_id, institution_name, type) VALUES (?, ?, ?, ?, ?)",
      id,
      linkId,
      institution?.id ?? null,
      institution?.name ?? null,
      type,
    );
  }

  /** What only we know of an account; nothing of one that no link of this customer made. */
  accountDetails(id: string): KnownDetails {
    const [row] = this.#read<{
      institution_id: string | null;
      institution_name: string | null;
      type: string | null;
    }>("SELECT institution_id, institution_name, type FROM account WHERE id = ?", id);
    return {
      name: null,
      mask: null,
      type: row?.type ?? null,
      institution: row ? { id: row.institution_id, name: row.institution_name } : null,
    };
  }

  /** It is gone at the provider, and so is what only we knew. Its owner is kept, so that no other link adopts it. */
  forgetAccount(id: string): void {
    this.#write(
      "UPDATE account SET institution_id = NULL, institution_name = NULL, type = NULL WHERE id = ?",
      id,
    );
  }

  #read<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: SqlStorageValue[]): Row[] {
    this.#hasTables ??= openTables(this.#storage, this.#owner()?.schemaVersion);
    return this.#hasTables ? this.#storage.sql.exec<Row>(query, ...bindings).toArray() : [];
  }

  #write(query: string, ...bindings: SqlStorageValue[]): void {
    this.#ensureTables();
    this.#storage.sql.exec(query, ...bindings);
  }

  #ensureTables(): void {
    this.#hasTables ??= openTables(this.#storage, this.#owner()?.schemaVersion);
    if (!this.#hasTables) createTables(this.#storage.sql);
    this.#hasTables = true;
  }
}

function parse({ record }: { record: string }): LinkRecord {
  return JSON.parse(record);
}
