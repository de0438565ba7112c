/** What changes by itself after we have answered: followed by the alarm, reported by webhook. */
import type { AccountStatus } from "../contract.ts";
import type { PostedCheck } from "./link-record.ts";
import type { Rows } from "./rows.ts";

export type Watch =
  /** An ownership check that outlasted its link. */
  | (AccountWatch & PostedCheck & { reason: "ownership"; linkId: string })
  /** A removal, until the provider has let go of the account. */
  | (AccountWatch & { reason: "removal" })
  /** A link that failed after a lost post: an account may still turn up. */
  | { reason: "late_account"; linkId: string; startedAtMs: number; dueAtMs: number; lookups: number };

export interface AccountWatch {
  accountId: string;
  /** As it was reported last. */
  lastStatus: AccountStatus;
  startedAtMs: number;
  dueAtMs: number;
}

interface Row extends Record<string, SqlStorageValue> {
  id: string;
  due_at_ms: number;
  watch: string;
}

export class Watches {
  readonly #rows: Rows;
  /** Under way: due again when the attempt must have ended. */
  readonly #takenUntilMs = new Map<string, number>();

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** One watch for each account and reason; a newer one replaces it. */
  save(watch: Watch): void {
    const id = idOf(watch);
    this.#takenUntilMs.delete(id);
    this.#rows.write(
      "INSERT OR REPLACE INTO watch (id, due_at_ms, watch) VALUES (?, ?, ?)",
      id,
      Math.ceil(watch.dueAtMs),
      JSON.stringify(watch),
    );
  }

  /** True while this very watch is on: another may have replaced it, or the customer may have been erased. */
  isOn(watch: Watch): boolean {
    const [row] = this.#rows.read<Row>("SELECT * FROM watch WHERE id = ?", idOf(watch));
    return row !== undefined && parse(row).startedAtMs === watch.startedAtMs;
  }

  end(watch: Watch): void {
    if (!this.isOn(watch)) return;
    this.#takenUntilMs.delete(idOf(watch));
    this.#rows.write("DELETE FROM watch WHERE id = ?", idOf(watch));
  }

  /** Takes those that are due; `guardMs` later they are due again, should they not be through by then. */
  take(nowMs: number, guardMs: number): Watch[] {
    const due = this.#all().filter((row) => this.#dueAtMs(row) <= nowMs);
    for (const { id } of due) this.#takenUntilMs.set(id, nowMs + guardMs);
    return due.map(parse);
  }

  nextDueAtMs(): number | null {
    const dues = this.#all().map((row) => this.#dueAtMs(row));
    return dues.length > 0 ? Math.min(...dues) : null;
  }

  #all(): Row[] {
    return this.#rows.read<Row>("SELECT * FROM watch");
  }

  #dueAtMs({ id, due_at_ms }: Row): number {
    return Math.max(due_at_ms, this.#takenUntilMs.get(id) ?? 0);
  }
}

function idOf(watch: Watch): string {
  return `${watch.reason}:${watch.reason === "late_account" ? watch.linkId : watch.accountId}`;
}

function parse({ watch }: Row): Watch {
  return JSON.parse(watch);
}
