/**
 * The ledger's tables and their version. They are made with the first write: a ledger that was only asked for leaves
 * nothing behind. What an earlier release wrote is carried forward in one transaction, without a call upstream.
 */
import { fromFirstRelease } from "./first-release.ts";

/** Of the tables and of the records in them. */
export const SCHEMA_VERSION = 2;
const VERSION_KEY = "schema_version";

const TABLES = `
  CREATE TABLE links (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    opened_at_ms INTEGER,
    due_at_ms INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE TABLE idempotency (
    scope TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    link_id TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    link_id TEXT NOT NULL,
    institution_id TEXT,
    institution_name TEXT,
    type TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    payload TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE watches (
    id TEXT PRIMARY KEY,
    due_at_ms INTEGER NOT NULL,
    watch TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** What a later release wrote. It is left as it is: rolling back must not destroy what only that release can read. */
export class NewerSchemaError extends Error {
  override readonly name = "NewerSchemaError";
}

/** Whether there is anything to read. Carries an earlier release's tables forward first. @throws NewerSchemaError */
export function openTables(storage: DurableObjectStorage): boolean {
  const version = storage.kv.get<number>(VERSION_KEY) ?? (hasTables(storage.sql) ? 1 : 0);
  if (version > SCHEMA_VERSION) throw new NewerSchemaError(`schema ${version}`);
  if (version === 1) {
    storage.transactionSync(() => {
      const rows = fromFirstRelease.read(storage.sql);
      fromFirstRelease.drop(storage.sql);
      createTables(storage);
      fromFirstRelease.write(storage.sql, rows);
    });
  }
  return version > 0;
}

export function createTables(storage: DurableObjectStorage): void {
  storage.sql.exec(TABLES);
  storage.kv.put(VERSION_KEY, SCHEMA_VERSION);
}

function hasTables(sql: SqlStorage): boolean {
  return sql.exec("SELECT name FROM sqlite_master WHERE name = 'links'").toArray().length > 0;
}
