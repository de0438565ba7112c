/** A ledger that the first release wrote, a link in each state, met by today's code. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { toLink } from "../../../worker/ledger/link-reply.ts";
import { NewerSchemaError, SCHEMA_VERSION } from "../../../worker/ledger/schema.ts";
import { LedgerStore } from "../../../worker/ledger/store.ts";
import { memoryStorage } from "./durable-storage.ts";

interface Fixture {
  schema: string[];
  owner: object;
  tables: Record<string, Record<string, string | number | null>[]>;
}

const fixture: Fixture = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../fixtures/first-release/ledger.json"), "utf8"),
);

/** As the first release left it. */
function firstRelease({ storage } = memoryStorage()) {
  for (const statement of fixture.schema) storage.sql.exec(statement);
  for (const [table, rows] of Object.entries(fixture.tables)) {
    for (const row of rows) {
      const marks = Object.keys(row).map(() => "?");
      storage.sql.exec(`INSERT INTO ${table} (${Object.keys(row)}) VALUES (${marks})`, ...Object.values(row));
    }
  }
  storage.kv.put("owner", fixture.owner);
  return storage;
}

describe("a ledger that the first release wrote", () => {
  const store = new LedgerStore(firstRelease(), () => true);

  test("has all of its links, each in its state", () => {
    const links = store.links(50).map(toLink);
    assert.deepEqual(Object.fromEntries(links.map(({ id, status }) => [id.replace("lnk_", ""), status])), {
      preparing: "preparing",
      ready: "ready",
      canceled: "canceled",
      expired: "expired",
      create: "finalizing",
      posting: "finalizing",
      search: "finalizing",
      process: "finalizing",
      verify: "finalizing",
      refresh: "finalizing",
      linked: "linked",
      failed: "failed",
    });
    const ready = links.find(({ id }) => id === "lnk_ready");
    assert.equal(ready?.link_token, "link-sandbox-lnk_ready");
    const linked = links.find(({ id }) => id === "lnk_linked");
    assert.equal(linked?.account?.id, "acc_linked");
    assert.equal(linked?.reference, "order 7");
  });

  test("goes on with what remains to be done, no call forgotten and none made up", () => {
    const tasks = ["create", "posting", "search", "process", "verify", "refresh"].map((name) => {
      const record = store.link(`lnk_${name}`);
      return record?.status === "finalizing" ? record.task : null;
    });
    assert.deepEqual(
      tasks.map((task) => task?.kind),
      ["post", "posting", "lookup", "follow", "verify", "refresh"],
    );
    const [create, , search, process] = tasks;
    assert.equal(create?.kind === "post" && create.post.body, '{"plaid_public_token":"public-sandbox-1"}');
    assert.equal(create?.kind === "post" && create.doubt, null);
    assert.equal(search?.kind === "lookup" && search.doubt.lostPosts, 1);
    assert.equal(process?.kind === "follow" && process.account.id, "acc_process");
    assert.doesNotMatch(JSON.stringify(process), /public-sandbox/);
  });

  test("keeps its claims, its accounts, its messages and what it watches", () => {
    const { expires_at_ms } = fixture.tables.idempotency?.[0] ?? {};
    const claim = store.claim("scope-1", Number(expires_at_ms) - 1);
    assert.equal(claim?.linkId, "lnk_linked");
    assert.deepEqual(store.knownAccountIds(), new Set(["acc_linked", "acc_process"]));
    assert.equal(store.accountDetails("acc_linked").institution?.name, "First Platypus Bank");
    assert.deepEqual(
      store.outbox.undelivered().map(({ id }) => id),
      ["msg_lnk_linked_linked"],
    );
    assert.deepEqual(
      store.watches.take(Number.MAX_SAFE_INTEGER, 0).map(({ reason }) => reason),
      ["ownership", "removal"],
    );
  });
});

test("what the first release wrote after a roll-back is carried forward beside what is there", () => {
  const memory = memoryStorage();
  const before = new LedgerStore(memory.storage, () => true);
  before.saveAccount("lnk_0", "acc_0", { name: null, mask: null, type: null, institution: null });
  const store = new LedgerStore(firstRelease(memory), () => true);
  assert.equal(store.links(50).length, 12);
  assert.ok(store.knownAccountIds().has("acc_0"));
});

test("what a later release wrote is left as it is, and said to be unreadable", () => {
  const { storage } = memoryStorage();
  storage.kv.put("owner", { ...fixture.owner, schemaVersion: SCHEMA_VERSION + 1 });
  storage.sql.exec("CREATE TABLE link (id TEXT)");
  const store = new LedgerStore(storage, () => true);
  assert.throws(() => store.links(1), NewerSchemaError);
  assert.throws(() => store.saveAccount("lnk_0", "acc_0", store.accountDetails("a")), NewerSchemaError);
  assert.deepEqual(storage.sql.exec("SELECT id FROM link").toArray(), []);
});
