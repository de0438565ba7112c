/** The sweep, against a bank and ledgers made of answers; time is ours. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { Env } from "../../../worker/env.ts";
import { NewerSchemaError } from "../../../worker/ledger/schema.ts";
import { SWEEP_PAGES_PER_ALARM, SWEEP_RETRY_MS } from "../../../worker/limits.ts";
import { succeed } from "../../../worker/providers/provider.ts";
import "./cloudflare-workers.ts";
import { type MemoryStorage, memoryStorage } from "./durable-storage.ts";

const NOW_MS = Date.UTC(2026, 0, 2);
const PER_PAGE = 100;
/** More than any test needs. */
const ALARMS_MAX = 100;

interface ExpiredAccount {
  guid: string;
  customer_guid: string;
  updated_at: string | null;
}

function expired(name: string, updated_at: string | null = "2026-01-01T00:00:00Z"): ExpiredAccount {
  return { guid: `acc_${name}`, customer_guid: `cus_${name}`, updated_at };
}

async function sweepOf(t: TestContext, memory: MemoryStorage = memoryStorage()) {
  // Loaded late, once the base class can be found.
  const { Sweep } = await import("../../../worker/notify/sweep.ts");
  t.mock.timers.enable({ apis: ["Date"], now: NOW_MS });
  t.mock.method(console, "log", () => {});
  /** What the bank lists. */
  const bank: { accounts: ExpiredAccount[]; pagesRead: number[]; answer: (page: number) => Response | null } =
    {
      accounts: [],
      pagesRead: [],
      answer: () => null,
    };
  t.mock.method(globalThis, "fetch", async (url: string) => {
    const page = Number(new URL(url).searchParams.get("page"));
    bank.pagesRead.push(page);
    const objects = bank.accounts.slice(page * PER_PAGE, (page + 1) * PER_PAGE);
    return bank.answer(page) ?? Response.json({ total: bank.accounts.length, objects });
  });
  /** Ids of accounts whose ledger is out of reach. */
  const outOfReach = new Set<string>();
  const messages: { id: string; accountId: string; customerId: string }[] = [];
  const enqueue = async (owner: { customerId: string }, { id, payload }: { id: string; payload: string }) => {
    const { data } = JSON.parse(payload);
    if (outOfReach.has(data.account_id)) throw new Error("out of reach");
    messages.push({ id, accountId: data.account_id, customerId: owner.customerId });
  };
  const token = succeed({ value: "token", useUntilMs: Number.MAX_SAFE_INTEGER });
  const env = {
    PROVIDERS: "cybrid",
    ENVIRONMENT: "sandbox",
    SESSION_SECRET: "a-secret-of-at-least-32-bytes-------",
    CYBRID_CLIENT_ID: "id",
    CYBRID_CLIENT_SECRET: "secret",
    ACCESS_TOKENS: { getByName: () => ({ get: async () => token }) },
    LEDGER: { getByName: () => ({ enqueue }) },
  } as unknown as Env;
  const wake = () => new Sweep({ storage: memory.storage } as unknown as DurableObjectState, env);
  let sweep = wake();

  let alarms = 0;

  /** The alarm, when it is due; false where none is set. */
  async function ring(): Promise<boolean> {
    const atMs = memory.alarmAtMs();
    if (atMs === null) return false;
    assert.ok(++alarms < ALARMS_MAX, "the sweep does not end");
    t.mock.timers.setTime(Math.max(Date.now(), atMs));
    await memory.storage.deleteAlarm();
    await sweep.alarm();
    return true;
  }

  return {
    bank,
    outOfReach,
    messages,
    ring,
    storage: memory.storage,
    alarmAtMs: memory.alarmAtMs,
    start: () => sweep.start("cybrid"),
    forget: (customerId: string) => sweep.forget(customerId),
    /** A new instance knows only what is stored. */
    restart() {
      sweep = wake();
    },
    /** One sweep to its end; the answer is which accounts it has reported. */
    async run(accounts?: ExpiredAccount[]): Promise<string[]> {
      if (accounts) bank.accounts = accounts;
      const before = messages.length;
      await sweep.start("cybrid");
      while (await ring());
      return messages.slice(before).map(({ accountId }) => accountId);
    },
    rowsWritten(): number {
      const [row] = memory.storage.sql.exec<{ count: number }>("SELECT total_changes() AS count").toArray();
      return row?.count ?? 0;
    },
  };
}

const many = (count: number) => Array.from({ length: count }, (_, index) => expired(`${index}`));

describe("an expired connection", () => {
  test("is reported once, however often it is seen, and that costs no row", async (t) => {
    const { run, rowsWritten } = await sweepOf(t);
    assert.equal((await run(many(250))).length, 250);
    const afterFirst = rowsWritten();
    assert.deepEqual(await run(), []);
    assert.deepEqual(await run(), []);
    assert.equal(rowsWritten(), afterFirst);
  });

  test("is reported again when it was repaired and has expired again between two sweeps", async (t) => {
    const { run, messages } = await sweepOf(t);
    await run([expired("a"), expired("b")]);
    const again = [expired("a", "2026-01-01T12:00:00Z"), expired("b")];
    assert.deepEqual(await run(again), ["acc_a"]);
    assert.deepEqual(await run(again), []);
    assert.equal(new Set(messages.map(({ id }) => id)).size, messages.length);
  });

  test("is not reported again for a stale answer, or for a time that is missing", async (t) => {
    const { run } = await sweepOf(t);
    await run([expired("a", "2026-01-01T12:00:00Z")]);
    for (const updatedAt of ["2026-01-01T11:00:00Z", null, "2026-01-01T12:00:00Z"]) {
      assert.deepEqual(await run([expired("a", updatedAt)]), [], String(updatedAt));
    }
  });

  test("ends when it was absent in two sweeps: the next one is reported, whatever its time", async (t) => {
    const { run } = await sweepOf(t);
    for (const updatedAt of ["2026-01-01T00:00:00Z", null]) {
      const account = expired(`${updatedAt}`, updatedAt);
      assert.deepEqual(await run([account]), [account.guid]);
      await run([]);
      assert.deepEqual(await run([account]), []);
      await run([]);
      await run([]);
      assert.deepEqual(await run([account]), [account.guid]);
    }
  });

  test("is still known when accounts before it have gone and it has moved to another page", async (t) => {
    const { run, bank } = await sweepOf(t);
    await run(many(250));
    assert.deepEqual(await run(bank.accounts.slice(1)), []);
    assert.deepEqual(await run([expired("new"), ...bank.accounts]), ["acc_new"]);
  });
});

describe("an occurrence whose ledger is out of reach", () => {
  test("keeps no other waiting, and is reported by the next sweep", async (t) => {
    const { run, outOfReach, restart } = await sweepOf(t);
    outOfReach.add("acc_1");
    assert.deepEqual(await run(many(3)), ["acc_0", "acc_2"]);
    restart();
    assert.deepEqual(await run(), []);
    outOfReach.clear();
    assert.deepEqual(await run(), ["acc_1"]);
    assert.deepEqual(await run(), []);
  });

  test("is found by an index", async (t) => {
    const { run, storage } = await sweepOf(t);
    const queries: string[] = [];
    const exec = storage.sql.exec.bind(storage.sql);
    storage.sql.exec = ((query: string, ...bindings: unknown[]) => {
      if (/^\s*SELECT.*message_id IS NOT NULL/s.test(query)) queries.push(query);
      return exec(query, ...bindings);
    }) as typeof exec;
    await run(many(1));
    const [query = ""] = queries;
    const plan = exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`, "", 1).toArray();
    assert.match(
      plan.map(({ detail }) => detail).join(),
      /^SEARCH occurrence USING (COVERING )?INDEX unreported/,
    );
  });

  test("is forgotten with its customer, and not reported later", async (t) => {
    const { run, outOfReach, forget } = await sweepOf(t);
    outOfReach.add("acc_0");
    await run(many(1));
    await forget("cus_0");
    outOfReach.clear();
    assert.deepEqual(await run(), []);
  });
});

describe("a sweep", () => {
  test("obeys Retry-After, also when cron starts it meanwhile", async (t) => {
    const { bank, start, ring, alarmAtMs } = await sweepOf(t);
    bank.accounts = many(1);
    bank.answer = () => new Response(null, { status: 429, headers: { "Retry-After": "1800" } });
    await start();
    await ring();
    const untilMs = alarmAtMs() ?? 0;
    assert.ok(untilMs >= NOW_MS + 1_800_000 && untilMs < NOW_MS + 1_810_000);
    t.mock.timers.setTime(NOW_MS + 900_000);
    await start();
    assert.equal(alarmAtMs(), untilMs);
  });

  test("pauses and continues with the page that could not be read", async (t) => {
    const { bank, start, ring, alarmAtMs, messages } = await sweepOf(t);
    bank.accounts = many(150);
    bank.answer = (page) => (page === 1 ? new Response("{}", { status: 404 }) : null);
    await start();
    await ring();
    await ring();
    assert.equal(alarmAtMs(), Date.now() + SWEEP_RETRY_MS);
    bank.answer = () => null;
    bank.pagesRead.length = 0;
    while (await ring());
    assert.deepEqual(bank.pagesRead, [1]);
    assert.equal(messages.length, 150);
  });

  test("stores where to continue once for several pages", async (t) => {
    const { bank, start, ring, restart, run } = await sweepOf(t);
    await run(many((SWEEP_PAGES_PER_ALARM + 1) * PER_PAGE));
    bank.pagesRead.length = 0;
    await start();
    await ring();
    restart();
    assert.equal(bank.pagesRead.length, SWEEP_PAGES_PER_ALARM);
    await ring();
    assert.equal(await ring(), false);
    assert.deepEqual(bank.pagesRead.slice(SWEEP_PAGES_PER_ALARM), [SWEEP_PAGES_PER_ALARM]);
  });

  test("that crashes before a page is stored names its messages as before when it reads the page again", async (t) => {
    const { bank, start, ring, storage, messages, restart } = await sweepOf(t);
    bank.accounts = many(3);
    await start();
    const { transactionSync } = storage;
    storage.transactionSync = () => {
      throw new Error("the object dies here");
    };
    await ring();
    storage.transactionSync = transactionSync;
    restart();
    while (await ring());
    assert.equal(messages.length, 6);
    assert.equal(new Set(messages.map(({ id }) => id)).size, 3);
  });
});

test("a sweep that never began forgets a customer without making a table", async (t) => {
  const { forget, storage } = await sweepOf(t);
  await forget("cus_0");
  assert.deepEqual(storage.sql.exec("SELECT name FROM sqlite_master").toArray(), []);
});

describe("a sweep that the first release left under way", () => {
  const fixture: {
    schema: string[];
    provider: string;
    tables: Record<string, Record<string, string | number | null>[]>;
  } = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/first-release/sweep.json"), "utf8"));

  function firstRelease(memory = memoryStorage()): MemoryStorage {
    const { storage } = memory;
    for (const statement of fixture.schema) storage.sql.exec(statement);
    for (const [table, rows] of Object.entries(fixture.tables)) {
      for (const row of rows) {
        const marks = Object.keys(row).map(() => "?");
        storage.sql.exec(
          `INSERT INTO ${table} (${Object.keys(row)}) VALUES (${marks})`,
          ...Object.values(row),
        );
      }
    }
    storage.kv.put("provider", fixture.provider);
    return memory;
  }
  const listed = ["reported", "erased", "unreported"].map((name) => expired(name));

  test("continues by its alarm: what was reported is not reported again, what was not is", async (t) => {
    const memory = firstRelease();
    await memory.storage.setAlarm(NOW_MS);
    const { bank, ring, messages } = await sweepOf(t, memory);
    bank.accounts = listed;
    while (await ring());
    assert.deepEqual(messages, [
      {
        id: "msg_acc_unreported_refresh_required_2",
        accountId: "acc_unreported",
        customerId: "cus_4",
      },
    ]);
  });

  test("knows a later time from then on", async (t) => {
    const { run } = await sweepOf(t, firstRelease());
    await run(listed);
    assert.deepEqual(await run([expired("reported", "2026-01-01T12:00:00Z")]), ["acc_reported"]);
  });

  test("leaves none of its tables, and is carried forward again after a roll-back", async (t) => {
    const memory = memoryStorage();
    const before = await sweepOf(t, memory);
    await before.run([expired("today")]);
    firstRelease(memory);
    before.restart();
    assert.deepEqual(await before.run([expired("today"), ...listed]), ["acc_unreported"]);
    const tables = memory.storage.sql.exec(
      "SELECT name FROM sqlite_master WHERE name IN ('occurrences', 'progress')",
    );
    assert.deepEqual(tables.toArray(), []);
  });
});

test("what a later release of the sweep wrote is left as it is, and said to be unreadable", async (t) => {
  const memory = memoryStorage();
  memory.storage.kv.put("schema_version", 3);
  const { start, storage } = await sweepOf(t, memory);
  await assert.rejects(start, NewerSchemaError);
  assert.deepEqual(storage.sql.exec("SELECT name FROM sqlite_master").toArray(), []);
});
