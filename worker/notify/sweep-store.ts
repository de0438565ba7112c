/**
 * What the sweep remembers: every expired account, every page as it was seen last, and where to continue.
 * Only changes are written: an account that is seen again in the same state costs nothing, and a page that is the same
 * as in the sweep before costs the read of its row.
 */
import type { ProviderName } from "../contract.ts";
import { NewerSchemaError } from "../ledger/schema.ts";
import type { ExpiredAccount } from "../providers/provider.ts";

export const SWEEP_SCHEMA_VERSION = 2;
const VERSION_KEY = "schema_version";
const PROGRESS_KEY = "progress";

/**
 * `customer_id` and `message_id` are set only while an occurrence is unreported: the partial index holds nothing else.
 * `page.accounts` is an object of `updated_at` by account id.
 */
const TABLES = `
  CREATE TABLE occurrence (
    account_id TEXT PRIMARY KEY,
    updated_at TEXT,
    is_absent INTEGER NOT NULL,
    customer_id TEXT,
    message_id TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX unreported ON occurrence (account_id) WHERE message_id IS NOT NULL;
  CREATE INDEX absent ON occurrence (account_id) WHERE is_absent = 1;
  CREATE TABLE page (
    number INTEGER PRIMARY KEY,
    changed_in_sweep INTEGER NOT NULL,
    accounts TEXT NOT NULL
  ) STRICT;
`;

export interface Progress {
  provider: ProviderName;
  /** Sweeps are counted. */
  sweep: number;
  /** The next page to read; `null` between two sweeps. */
  page: number | null;
  /** The provider asked for a pause until then. */
  notBeforeMs: number;
}

/** An expired connection, which is reported once. */
export interface Occurrence extends ExpiredAccount {
  messageId: string;
}

export interface SweptPage {
  sweep: number;
  number: number;
  accounts: readonly ExpiredAccount[];
}

/** How a page differs from what is known. */
export interface PageChange {
  fresh: Occurrence[];
  /** Known accounts that are back after an absence, or whose time was not known. */
  seenAgain: ExpiredAccount[];
}

interface KnownRow extends Record<string, SqlStorageValue> {
  account_id: string;
  updated_at: string | null;
  is_absent: number;
}

interface UnreportedRow extends Record<string, SqlStorageValue> {
  account_id: string;
  customer_id: string;
  updated_at: string | null;
  message_id: string;
}

export class SweepStore {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  /** `null`: not looked for yet. */
  #hasTables: boolean | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  /** `null` before the first sweep. @throws NewerSchemaError */
  get progress(): Progress | null {
    return this.#openTables() ? (this.#storage.kv.get<Progress>(PROGRESS_KEY) ?? null) : null;
  }

  /** Begins a sweep, unless one is under way. */
  begin(provider: ProviderName): Progress {
    const progress = this.progress;
    if (progress && progress.page !== null) return progress;
    if (!this.#hasTables) this.#createTables();
    return this.#save({ provider, sweep: (progress?.sweep ?? 0) + 1, page: 0, notBeforeMs: 0 });
  }

  continueAt(progress: Progress, page: number, notBeforeMs: number): void {
    this.#save({ ...progress, page, notBeforeMs });
  }

  /** `null`: nothing has changed since the sweep before. */
  compare({ sweep, number, accounts }: SweptPage): PageChange | null {
    const [page] = this.#sql
      .exec<{ accounts: string }>("SELECT accounts FROM page WHERE number = ?", number)
      .toArray();
    if (page?.accounts === contentOf(accounts)) return null;
    const known = this.#known(accounts);
    const change: PageChange = { fresh: [], seenAgain: [] };
    for (const account of accounts) {
      const row = known.get(account.accountId);
      if (!row || isNewOccurrence(row, account)) {
        change.fresh.push({ ...account, messageId: messageIdOf(account, sweep) });
      } else if (row.is_absent || (row.updated_at === null && account.updatedAt !== null)) {
        change.seenAgain.push(account);
      }
    }
    return change;
  }

  /** `unreported`: the fresh occurrences whose ledger was out of reach. */
  savePage(
    { sweep, number, accounts }: SweptPage,
    { fresh, seenAgain }: PageChange,
    unreported: ReadonlySet<Occurrence>,
  ): void {
    this.#storage.transactionSync(() => {
      for (const occurrence of fresh) {
        const { accountId, updatedAt, customerId, messageId } = occurrence;
        const rest = unreported.has(occurrence) ? [customerId, messageId] : [null, null];
        this.#sql.exec(
          `INSERT OR REPLACE INTO occurrence (account_id, updated_at, is_absent, customer_id, message_id)
           VALUES (?, ?, 0, ?, ?)`,
          accountId,
          updatedAt,
          ...rest,
        );
      }
      for (const { accountId, updatedAt } of seenAgain) {
        this.#sql.exec(
          "UPDATE occurrence SET is_absent = 0, updated_at = coalesce(updated_at, ?) WHERE account_id = ?",
          updatedAt,
          accountId,
        );
      }
      this.#sql.exec(
        `INSERT INTO page (number, changed_in_sweep, accounts) VALUES (?, ?, ?)
         ON CONFLICT (number) DO UPDATE SET changed_in_sweep = excluded.changed_in_sweep, accounts = excluded.accounts`,
        number,
        sweep,
        contentOf(accounts),
      );
    });
  }

  /** After the last page. An occurrence ends when its account was absent in two sweeps. */
  end(progress: Progress, lastPage: number): void {
    this.#storage.transactionSync(() => {
      // Absent in the sweep before, and not seen in this one.
      this.#sql.exec("DELETE FROM occurrence WHERE is_absent = 1");
      if (this.#hasChanged(progress.sweep, lastPage)) {
        this.#sql.exec(
          `UPDATE occurrence SET is_absent = 1
           WHERE account_id NOT IN (SELECT key FROM page, json_each(page.accounts))`,
        );
      }
      this.#save({ ...progress, page: null, notBeforeMs: 0 });
    });
  }

  unreported(afterAccountId: string, limit: number): Occurrence[] {
    return this.#sql
      .exec<UnreportedRow>(
        `SELECT account_id, customer_id, updated_at, message_id FROM occurrence
         WHERE message_id IS NOT NULL AND account_id > ? ORDER BY account_id LIMIT ?`,
        afterAccountId,
        limit,
      )
      .toArray()
      .map((row) => ({
        accountId: row.account_id,
        customerId: row.customer_id,
        updatedAt: row.updated_at,
        messageId: row.message_id,
      }));
  }

  reported({ accountId, messageId }: Occurrence): void {
    this.#sql.exec(
      "UPDATE occurrence SET customer_id = NULL, message_id = NULL WHERE account_id = ? AND message_id = ?",
      accountId,
      messageId,
    );
  }

  /** The accounts stay known: otherwise the next sweep would report them. */
  forget(customerId: string): void {
    if (!this.#openTables()) return;
    this.#sql.exec(
      `UPDATE occurrence SET customer_id = NULL, message_id = NULL
       WHERE message_id IS NOT NULL AND customer_id = ?`,
      customerId,
    );
  }

  #known(accounts: readonly ExpiredAccount[]): Map<string, KnownRow> {
    const rows = this.#sql.exec<KnownRow>(
      `SELECT account_id, updated_at, is_absent FROM occurrence
       WHERE account_id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(accounts.map(({ accountId }) => accountId)),
    );
    return new Map(rows.toArray().map((row) => [row.account_id, row]));
  }

  /** Whether this sweep saw other accounts than the one before. Forgets pages behind the last. */
  #hasChanged(sweep: number, lastPage: number): boolean {
    const gone = this.#sql.exec("DELETE FROM page WHERE number > ? RETURNING number", lastPage).toArray();
    const changed = this.#sql
      .exec("SELECT number FROM page WHERE changed_in_sweep = ? LIMIT 1", sweep)
      .toArray();
    return gone.length + changed.length > 0;
  }

  #save(progress: Progress): Progress {
    this.#storage.kv.put(PROGRESS_KEY, progress);
    return progress;
  }

  /**
   * Whether there is anything to read. The first release's tables have names of their own, so that going back to it
   * destroys nothing here; what it wrote is carried forward whenever it is found.
   */
  #openTables(): boolean {
    if (this.#hasTables !== null) return this.#hasTables;
    const version = this.#storage.kv.get<number>(VERSION_KEY) ?? 0;
    if (version > SWEEP_SCHEMA_VERSION) throw new NewerSchemaError(`schema ${version}`);
    this.#hasTables = version > 0;
    const first = this.#sql.exec("SELECT name FROM sqlite_master WHERE name = 'occurrences'").toArray();
    if (first.length > 0) this.#storage.transactionSync(() => this.#carryForward());
    return this.#hasTables;
  }

  #createTables(): void {
    this.#sql.exec(TABLES);
    this.#storage.kv.put(VERSION_KEY, SWEEP_SCHEMA_VERSION);
    this.#hasTables = true;
  }

  /** A sweep of the first release that was under way begins again, since which accounts it had seen is not carried. */
  #carryForward(): void {
    const { kv } = this.#storage;
    if (!this.#hasTables) this.#createTables();
    this.#sql.exec(
      `INSERT OR IGNORE INTO occurrence (account_id, updated_at, is_absent, customer_id, message_id)
       SELECT account_id, NULL, 0, iif(told, NULL, customer_id), iif(told, NULL, message_id) FROM occurrences`,
    );
    const first = this.#sql
      .exec<{ sweep: number; page: number | null }>("SELECT sweep, page FROM progress")
      .one();
    const provider = kv.get<ProviderName>("provider");
    if (provider) {
      const sweep = Math.max(first.sweep, kv.get<Progress>(PROGRESS_KEY)?.sweep ?? 0);
      this.#save({ provider, sweep, page: first.page === null ? null : 0, notBeforeMs: 0 });
    }
    this.#sql.exec("DROP TABLE occurrences");
    this.#sql.exec("DROP TABLE progress");
    kv.delete("provider");
  }
}

/**
 * A later `updated_at` on an account that is still expired counts as a new occurrence: it was repaired and has expired
 * again between two sweeps. A rename or a balance read by another system may move it too, and nothing tells them apart.
 * The price of that is one more message about an account that does need a refresh; the price of the other choice is a
 * customer whose payments fail and whom nobody asks to reconnect. An earlier time is a stale answer, and counts as
 * nothing; so does a time that the first release did not write down.
 */
function isNewOccurrence(known: KnownRow, { updatedAt }: ExpiredAccount): boolean {
  return Date.parse(updatedAt ?? "") > Date.parse(known.updated_at ?? "");
}

/** The same when a page is read again after a crash: the ledger takes each id once. */
function messageIdOf({ accountId, updatedAt }: ExpiredAccount, sweep: number): string {
  return `msg_${accountId}_refresh_required_${sweep}_${Date.parse(updatedAt ?? "") || 0}`;
}

function contentOf(accounts: readonly ExpiredAccount[]): string {
  return JSON.stringify(
    Object.fromEntries(accounts.map(({ accountId, updatedAt }) => [accountId, updatedAt])),
  );
}
