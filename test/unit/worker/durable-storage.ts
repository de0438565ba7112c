/** A Durable Object's storage in memory, for what is plain classes around it: the SQL is SQLite's own. */
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

export interface MemoryStorage {
  storage: DurableObjectStorage;
  /** `null`: not armed. */
  alarmAtMs(): number | null;
}

export function memoryStorage(): MemoryStorage {
  const database = new DatabaseSync(":memory:");
  const values = new Map<string, unknown>();
  let alarmAtMs: number | null = null;

  function exec(query: string, ...bindings: SQLInputValue[]) {
    const asks = /^\s*(SELECT|INSERT|UPDATE|DELETE|EXPLAIN)\b/i.test(query);
    if (!asks) database.exec(query);
    const rows = asks ? database.prepare(query).all(...bindings) : [];
    return { toArray: () => rows, one: () => rows[0] };
  }

  function transactionSync<T>(work: () => T): T {
    database.exec("BEGIN");
    try {
      const result = work();
      database.exec("COMMIT");
      return result;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  }

  const storage = {
    sql: { exec },
    transactionSync,
    kv: {
      get: (key: string) => values.get(key),
      put: (key: string, value: unknown) => void values.set(key, value),
      delete: (key: string) => values.delete(key),
    },
    async setAlarm(atMs: number) {
      alarmAtMs = atMs;
    },
    async deleteAlarm() {
      alarmAtMs = null;
    },
  };
  return { storage: storage as unknown as DurableObjectStorage, alarmAtMs: () => alarmAtMs };
}
