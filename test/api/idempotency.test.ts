import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import type { Problem } from "../../worker/contract.ts";
import { callsTo } from "../simulators/call-log.ts";
import { defaultCybridSettings } from "../simulators/cybrid/index.ts";
import { type Browser, type Edge, startEdge } from "./edge.ts";

interface KeyValues {
  list(): Promise<{ keys: { name: string; expiration?: number }[] }>;
  get(key: string): Promise<string>;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

let edge: Edge;
let kv: KeyValues;
before(async () => {
  edge = await startEdge();
  kv = (await edge.harness.getWorker<{ IDEMPOTENCY: KeyValues }>().getEnv()).IDEMPOTENCY;
});
after(() => edge.close());
afterEach(() => {
  const { clientId, clientSecret, ...settings } = defaultCybridSettings();
  Object.assign(edge.cybrid.settings, settings);
});

async function finalized(browser: Browser, key: string = randomUUID()) {
  const link = await browser.link();
  const body = browser.choose(link);
  const send = () => browser.call("POST", `/v1/links/${link.id}/finalize`, { key, body });
  return { link, body, send, first: await send() };
}

/** The one entry that has come since. */
async function newEntry(before: Set<string>): Promise<string> {
  for (let tries = 0; tries < 40; tries++) {
    const found = (await kv.list()).keys.map(({ name }) => name).find((name) => !before.has(name));
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("nothing was written");
}
const entries = async () => new Set((await kv.list()).keys.map(({ name }) => name));

describe("a replay", () => {
  test("is the same link as it now stands, and says that it is one", async () => {
    const browser = await edge.browser();
    const key = randomUUID();
    const first = await browser.call("POST", "/v1/links", { key, body: {} });
    const again = await browser.call("POST", "/v1/links", { key: `"${key}"`, body: {} });
    assert.equal(again.status, 201);
    assert.equal(again.body.id, first.body.id);
    assert.equal(again.headers.get("Idempotent-Replayed"), "true");
    assert.equal(first.headers.get("Idempotent-Replayed"), null);
    await browser.call("POST", `/v1/links/${first.body.id}/exit`, { body: { final: true } });
    const later = await browser.call("POST", "/v1/links", { key, body: {} });
    assert.equal(later.body.status, "canceled");
  });

  test("comes from KV when the outcome is final, and from the ledger when KV has lost it", async () => {
    const browser = await edge.browser();
    const before = await entries();
    const { send, first } = await finalized(browser);
    const name = await newEntry(before);
    assert.match(name, /^[0-9a-f]{64}$/);
    assert.doesNotMatch(await kv.get(name), /link-sandbox|public-sandbox/);
    for (const lost of [false, true]) {
      if (lost) await kv.delete(name);
      const replay = await send();
      assert.deepEqual(replay.body, first.body);
      assert.equal(replay.headers.get("Idempotent-Replayed"), "true");
    }
    assert.equal(
      callsTo(edge.cybrid.calls, "POST /api/external_bank_accounts", browser.customerId).length,
      1,
    );
  });

  test("is not believed from a KV entry of another payload or another shape", async () => {
    const browser = await edge.browser();
    const before = await entries();
    const { send, first } = await finalized(browser);
    const name = await newEntry(before);
    await kv.put(name, JSON.stringify({ fingerprint: "x", link: { status: "linked" } }));
    const replay = await send();
    assert.deepEqual(replay.body, first.body);
  });

  test("of a failed link that a retry may help is not kept, so the key is free again", async () => {
    const browser = await edge.browser();
    const before = await entries();
    edge.cybrid.settings.workflowOutcome = { failed: "x" };
    const key = randomUUID();
    const failed = await browser.call("POST", "/v1/links", { key, body: {} });
    assert.equal(failed.body.status, "failed");
    assert.deepEqual(await entries(), before);
  });
});

describe("a key", () => {
  test("belongs to its path: the same key finalizes two links", async () => {
    edge.cybrid.settings.duplicateDetection = false;
    const browser = await edge.browser();
    const key = randomUUID();
    const one = await finalized(browser, key);
    const two = await finalized(browser, key);
    assert.equal(one.first.body.status, "linked");
    assert.equal(two.first.body.status, "linked");
    assert.notEqual(one.first.body.account?.id, two.first.body.account?.id);
  });

  test("belongs to its customer", async () => {
    const key = randomUUID();
    const links = new Set<string>();
    for (const browser of [await edge.browser(), await edge.browser(), await edge.browser("lynx")]) {
      links.add((await browser.call("POST", "/v1/links", { key, body: {} })).body.id);
    }
    assert.equal(links.size, 3);
  });

  test("is free again after a body that was not valid", async () => {
    const browser = await edge.browser();
    const key = randomUUID();
    const bad = await browser.call<Problem>("POST", "/v1/links", { key, body: { language: 1 } });
    assert.equal(bad.status, 400);
    assert.equal((await browser.call("POST", "/v1/links", { key, body: {} })).status, 201);
  });

  test("with another payload is refused, and the order of fields is no difference", async () => {
    const browser = await edge.browser();
    const key = randomUUID();
    const send = (body: unknown) => browser.call<Problem>("POST", "/v1/links", { key, body });
    assert.equal((await send('{"language":"en","reference":"a"}')).status, 201);
    assert.equal((await send('{ "reference":"a", "language":"en" }')).status, 201);
    const other = await send({ language: "en", reference: "b" });
    assert.equal(other.status, 422);
    assert.equal(other.body.code, "idempotency_key_reused");
  });

  test("is forgotten after a day, by the ledger and by KV", async () => {
    const browser = await edge.browser();
    const before = await entries();
    const { link, send } = await finalized(browser);
    const name = await newEntry(before);
    const { keys } = await kv.list();
    const expiresAtMs = (keys.find((key) => key.name === name)?.expiration ?? 0) * 1_000;
    assert.ok(Math.abs(expiresAtMs - Date.now() - 86_400_000) < 60_000);
    const storage = await edge.harness
      .getWorker()
      .getDurableObjectStorage("Ledger", { name: `sandbox:cybrid:${browser.customerId}` });
    await storage.exec("UPDATE claim SET expires_at_ms = expires_at_ms - 86400000");
    await kv.delete(name);
    const later = await send();
    assert.equal(later.headers.get("Idempotent-Replayed"), null);
    // The link itself still knows its outcome.
    assert.equal(later.body.id, link.id);
    assert.equal(later.body.status, "linked");
  });

  test("is refused while its first request is running", async () => {
    edge.cybrid.settings.workflowMs = 1_000;
    const browser = await edge.browser();
    const key = randomUUID();
    const send = () => browser.call("POST", "/v1/links", { key, body: {} });
    const [first, second] = await Promise.all([
      send(),
      new Promise((resolve) => setTimeout(resolve, 200)).then(send),
    ]);
    assert.equal(first.status, 201);
    assert.equal(second.status, 409);
    assert.ok(Number(second.headers.get("Retry-After")) >= 1);
  });
});
