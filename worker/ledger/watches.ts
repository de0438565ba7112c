/** Accounts that change by themselves after we have answered: followed by the alarm, told by webhook. */
import type { AccountStatus } from "../contract.ts";

export const WATCHES_SCHEMA = `
  CREATE TABLE IF NOT EXISTS watches (
    account_id TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    link_id TEXT,
    last_status TEXT NOT NULL,
    looks INTEGER NOT NULL,
    started_at_ms INTEGER NOT NULL,
    due_at_ms INTEGER NOT NULL
  ) STRICT;
`;

export interface Watch {
  accountId: string;
  /** What is awaited: the end of an ownership check, or the end of the account. */
  reason: "ownership" | "removal";
  linkId: string | null;
  /** As it was told last. */
  lastStatus: AccountStatus;
  looks: number;
  startedAtMs: number;
  dueAtMs: number;
}

interface Row extends Record<string, SqlStorageValue> {
  account_id: string;
  reason: Watch["reason"];
  link_id: string | null;
  last_status: AccountStatus;
  looks: number;
  started_at_ms: number;
  due_at_ms: number;
}

export class Watches {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** One watch per account; a later reason replaces an earlier one. */
  save({ accountId, reason, linkId, lastStatus, looks, startedAtMs, dueAtMs }: Watch): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO watches VALUES (?, ?, ?, ?, ?, ?, ?)",
      accountId,
      reason,
      linkId,
      lastStatus,
      looks,
      startedAtMs,
      dueAtMs,
    );
  }

  /** True while this very watch is on: another may have replaced it, or the customer may have been erased. */
  isOn({ accountId, reason, startedAtMs }: Watch): boolean {
    const { count } = this.#sql
      .exec<{ count: number }>(
        "SELECT count(*) AS count FROM watches WHERE account_id = ? AND reason = ? AND started_at_ms = ?",
        accountId,
        reason,
        startedAtMs,
      )
      .one();
    return count > 0;
  }

  end({ accountId, reason, startedAtMs }: Watch): void {
    this.#sql.exec(
      "DELETE FROM watches WHERE account_id = ? AND reason = ? AND started_at_ms = ?",
      accountId,
      reason,
      startedAtMs,
    );
  }

  /** Takes those that are due for a look; `restMs` later they are due again, should this object die under it. */
  take(nowMs: number, restMs: number): Watch[] {
    const due = this.#sql
      .exec<Row>("SELECT * FROM watches WHERE due_at_ms <= ?", nowMs)
      .toArray()
      .map((row) => ({
        accountId: row.account_id,
        reason: row.reason,
        linkId: row.link_id,
        lastStatus: row.last_status,
        looks: row.looks,
        startedAtMs: row.started_at_ms,
        dueAtMs: row.due_at_ms,
      }));
    this.#sql.exec("UPDATE watches SET due_at_ms = ? WHERE due_at_ms <= ?", nowMs + restMs, nowMs);
    return due;
  }

  nextDueAtMs(): number | null {
    return this.#sql.exec<{ due: number | null }>("SELECT min(due_at_ms) AS due FROM watches").one().due;
  }
}
