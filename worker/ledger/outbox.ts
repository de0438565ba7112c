/**
 * Messages for the page's server: written in the transaction of what they tell, delivered by the alarm.
 * At least once, with the same id on every try; a delivered one is remembered for a week, so that the same
 * occurrence is not told again.
 */
import { OUTBOX_GIVE_UP_MS, OUTBOX_KEPT_MS, OUTBOX_RETRY_MS, WEBHOOK_TIMEOUT_MS } from "../limits.ts";
import type { Message } from "../notify/message.ts";

export const OUTBOX_SCHEMA = `
  CREATE TABLE IF NOT EXISTS outbox (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    payload TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at_ms INTEGER NOT NULL
  ) STRICT;
`;

interface Row extends Record<string, SqlStorageValue> {
  id: string;
  type: Message["type"];
  payload: string;
  created_at_ms: number;
  attempts: number;
}

export interface Undelivered extends Message {
  createdAtMs: number;
  attempts: number;
}

export class Outbox {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Once for each id: what is already there, delivered or not, stays as it is. */
  add({ id, type, payload }: Message, nowMs: number): void {
    this.#sql.exec(
      `INSERT OR IGNORE INTO outbox (id, type, payload, status, created_at_ms, attempts, due_at_ms)
       VALUES (?, ?, ?, 'waiting', ?, 0, ?)`,
      id,
      type,
      payload,
      nowMs,
      nowMs,
    );
  }

  /** Takes what is due for a try, and forgets what was delivered or given up long ago. */
  take(nowMs: number): Message[] {
    this.#sql.exec("DELETE FROM outbox WHERE status <> 'waiting' AND due_at_ms <= ?", nowMs);
    const due = this.#sql
      .exec<Row>("SELECT * FROM outbox WHERE due_at_ms <= ? ORDER BY created_at_ms, rowid", nowMs)
      .toArray();
    // Due again when the try must have ended, should this object die under it.
    const guardMs = nowMs + 2 * WEBHOOK_TIMEOUT_MS;
    this.#sql.exec("UPDATE outbox SET due_at_ms = ? WHERE due_at_ms <= ?", guardMs, nowMs);
    return due.map(({ id, type, payload }) => ({ id, type, payload }));
  }

  delivered(id: string, nowMs: number): void {
    this.#sql.exec(
      "UPDATE outbox SET status = 'delivered', due_at_ms = ? WHERE id = ?",
      nowMs + OUTBOX_KEPT_MS,
      id,
    );
  }

  /** False when this was the last try. */
  postpone(id: string, nowMs: number): boolean {
    const [row] = this.#sql.exec<Row>("SELECT * FROM outbox WHERE id = ?", id).toArray();
    // The customer has been erased meanwhile.
    if (!row) return true;
    const restMs = OUTBOX_RETRY_MS[row.attempts] ?? OUTBOX_RETRY_MS.at(-1) ?? 0;
    const givenUp = nowMs + restMs - row.created_at_ms > OUTBOX_GIVE_UP_MS;
    this.#sql.exec(
      "UPDATE outbox SET attempts = attempts + 1, status = ?, due_at_ms = ? WHERE id = ?",
      givenUp ? "undelivered" : "waiting",
      nowMs + (givenUp ? OUTBOX_KEPT_MS : restMs),
      id,
    );
    return !givenUp;
  }

  /** Not taken by the receiver so far, oldest first. */
  undelivered(): Undelivered[] {
    return this.#sql
      .exec<Row>("SELECT * FROM outbox WHERE status <> 'delivered' ORDER BY created_at_ms, rowid")
      .toArray()
      .map((row) => ({
        id: row.id,
        type: row.type,
        payload: row.payload,
        createdAtMs: row.created_at_ms,
        attempts: row.attempts,
      }));
  }

  nextDueAtMs(): number | null {
    return this.#sql.exec<{ due: number | null }>("SELECT min(due_at_ms) AS due FROM outbox").one().due;
  }
}
