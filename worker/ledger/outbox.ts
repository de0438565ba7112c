/**
 * Messages for the page's server: written in the transaction of what they report, delivered by the alarm.
 * At least once, with the same id on every try; a delivered one is remembered for a week, so that the same
 * occurrence is not reported again.
 */
import { OUTBOX_GIVE_UP_MS, OUTBOX_KEPT_MS, OUTBOX_RETRY_MS, WEBHOOK_TIMEOUT_MS } from "../limits.ts";
import type { Message } from "../notify/message.ts";
import type { Rows } from "./rows.ts";

interface Row extends Record<string, SqlStorageValue> {
  id: string;
  type: Message["type"];
  payload: string;
  created_at_ms: number;
  attempts: number;
  due_at_ms: number;
}

export interface Undelivered extends Message {
  createdAtMs: number;
  attempts: number;
}

export class Outbox {
  readonly #rows: Rows;
  /** Under way: due again when the try must have ended. */
  readonly #takenUntilMs = new Map<string, number>();

  readonly #isNotified: () => boolean;

  constructor(rows: Rows, isNotified: () => boolean) {
    this.#rows = rows;
    this.#isNotified = isNotified;
  }

  /** Once for each id: a message that is there already, delivered or not, is not changed. */
  add({ id, type, payload }: Message, nowMs: number): void {
    if (!this.#isNotified()) return;
    this.#rows.write(
      `INSERT OR IGNORE INTO message (id, type, payload, status, created_at_ms, attempts, due_at_ms)
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
    const [old] = this.#rows.read(
      "SELECT id FROM message WHERE status <> 'waiting' AND due_at_ms <= ? LIMIT 1",
      nowMs,
    );
    if (old) this.#rows.write("DELETE FROM message WHERE status <> 'waiting' AND due_at_ms <= ?", nowMs);
    const due = this.#waiting().filter((row) => this.#dueAtMs(row) <= nowMs);
    for (const { id } of due) this.#takenUntilMs.set(id, nowMs + 2 * WEBHOOK_TIMEOUT_MS);
    return due.map(({ id, type, payload }) => ({ id, type, payload }));
  }

  delivered(id: string, nowMs: number): void {
    this.#takenUntilMs.delete(id);
    this.#rows.write(
      "UPDATE message SET status = 'delivered', due_at_ms = ? WHERE id = ?",
      nowMs + OUTBOX_KEPT_MS,
      id,
    );
  }

  /** False when this was the last try. */
  postpone(id: string, nowMs: number): boolean {
    this.#takenUntilMs.delete(id);
    const [row] = this.#rows.read<Row>("SELECT * FROM message WHERE id = ?", id);
    // The customer has been erased meanwhile.
    if (!row) return true;
    const delayMs = OUTBOX_RETRY_MS[row.attempts] ?? OUTBOX_RETRY_MS.at(-1) ?? 0;
    const isGivenUp = nowMs + delayMs - row.created_at_ms > OUTBOX_GIVE_UP_MS;
    this.#rows.write(
      "UPDATE message SET attempts = attempts + 1, status = ?, due_at_ms = ? WHERE id = ?",
      isGivenUp ? "undelivered" : "waiting",
      nowMs + (isGivenUp ? OUTBOX_KEPT_MS : delayMs),
      id,
    );
    return !isGivenUp;
  }

  /** Not taken by the receiver so far, oldest first. */
  undelivered(): Undelivered[] {
    return this.#rows
      .read<Row>("SELECT * FROM message WHERE status <> 'delivered' ORDER BY created_at_ms, id")
      .map((row) => ({
        id: row.id,
        type: row.type,
        payload: row.payload,
        createdAtMs: row.created_at_ms,
        attempts: row.attempts,
      }));
  }

  nextDueAtMs(): number | null {
    if (!this.#isNotified()) return null;
    const dues = this.#waiting().map((row) => this.#dueAtMs(row));
    return dues.length > 0 ? Math.min(...dues) : null;
  }

  #waiting(): Row[] {
    return this.#rows.read<Row>("SELECT * FROM message WHERE status = 'waiting' ORDER BY created_at_ms, id");
  }

  #dueAtMs({ id, due_at_ms }: Row): number {
    return Math.max(due_at_ms, this.#takenUntilMs.get(id) ?? 0);
  }
}
