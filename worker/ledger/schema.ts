/**
 * The ledger's tables and their version. They are made with the first write: a ledger that was only asked for leaves
 * nothing behind. What an earlier release wrote is carried forward in one transaction, without a call upstream.
 * Without rowids and indexes, since each of them is one more row that is billed; a customer has few rows to scan.
 */
import { carryForward, hasFirstRelease } from "./first-release.ts";

/** Of the tables and of the records in them; kept beside the owner. */
export const SCHEMA_VERSION = 2;

const TABLES = `
  CREATE TABLE link (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    opened_at_ms INTEGER,
    due_at_ms INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE claim (
    scope TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    link_id TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE account (
    id TEXT PRIMARY KEY,
    link_id TEXT NOT NULL,
    institution_id TEXT,
    institution_name TEXT,
    type TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE message (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    payload TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE watch (
    id TEXT PRIMARY KEY,
    due_at_ms INTEGER NOT NULL,
    watch TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** What a later release wrote. It is left as it is: rolling back must not destroy what only that release can read. */
export class NewerSchemaError extends Error {
  override readonly name = "NewerSchemaError";
}

/**
 * Whether there is anything to read. The first release's tables have names of their own, so that going back to it
 * destroys nothing here; what it wrote is carried forward whenever it is met. @throws NewerSchemaError
 */
export function openTables(storage: DurableObjectStorage, version: number | undefined): boolean {
  if (version !== undefined && version > SCHEMA_VERSION) throw new NewerSchemaError(`schema ${version}`);
  const { sql } = storage;
  const hasTables = sql.exec("SELECT name FROM sqlite_master WHERE name = 'link'").toArray().length > 0;
  if (!hasFirstRelease(sql)) return hasTables;
  storage.transactionSync(() => {
    if (!hasTables) createTables(sql);
    carryForward(sql);
  });
  return true;
}

export function createTables(sql: SqlStorage): void {
  sql.exec(TABLES);
}
