/** The ownership check, by the ledger's driver and its watch, against a bank made of answers; time is ours. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { parseConfig } from "../../../worker/config.ts";
import { Driver } from "../../../worker/ledger/driver.ts";
import { LedgerStore } from "../../../worker/ledger/store.ts";
import { pollWatch } from "../../../worker/ledger/watcher.ts";
import { OWNERSHIP_WAIT_MS } from "../../../worker/limits.ts";
import { succeed } from "../../../worker/providers/provider.ts";
import { createProvider } from "../../../worker/providers/registry.ts";
import { memoryStorage } from "./durable-storage.ts";
import { account, after, DEAD_MS, finalizing, posting, search, TIMEOUT_MS } from "./links.ts";

interface Check {
  guid: string;
  external_bank_account_guid: string;
  state: string;
}

const CHECK: Check = { guid: "check_1", external_bank_account_guid: "acc_1", state: "pending" };
const PER_PAGE = 100;
const FOREVER_MS = Number.MAX_SAFE_INTEGER;

/** A link whose account is unverified. `post`: what becomes of a post that begins a check. */
function ownership(t: TestContext, post: (nth: number) => Response | Promise<Response>) {
  const clock = { nowMs: 200 };
  const postsAtMs: number[] = [];
  /** As the list shows them, newest first. */
  const bank = { checks: (): Check[] => [] };
  t.mock.method(globalThis, "fetch", async (url: string, { method }: { method: string }) => {
    const { pathname, searchParams } = new URL(url);
    switch (`${method} ${pathname}`) {
      case "GET /api/external_bank_accounts/acc_1":
        return Response.json({ guid: "acc_1", customer_guid: "c", state: "unverified" });
      case "GET /api/customers/c":
        return Response.json({ guid: "c", state: "verified" });
      case "GET /api/identity_verifications": {
        const page = Number(searchParams.get("page"));
        const checks = bank.checks();
        const objects = checks.slice(page * PER_PAGE, (page + 1) * PER_PAGE);
        return Response.json({ total: checks.length, page, per_page: PER_PAGE, objects });
      }
      case "POST /api/identity_verifications":
        postsAtMs.push(clock.nowMs);
        return post(postsAtMs.length);
      default:
        throw new Error(`${method} ${pathname} is not expected`);
    }
  });
  const config = parseConfig({
    PROVIDERS: "cybrid",
    ENVIRONMENT: "sandbox",
    SESSION_SECRET: "a-secret-of-at-least-32-bytes-------",
    CYBRID_CLIENT_ID: "id",
    CYBRID_CLIENT_SECRET: "secret",
    CYBRID_VERIFY_OWNERSHIP: "true",
  });
  const log = () => {};
  const tokens = { get: async () => succeed("token"), proved() {}, drop: async () => false };
  const provider = createProvider(config, "cybrid", { tokens, log });
  const store = new LedgerStore(memoryStorage().storage, () => true);
  const rules = { ...search, verifyOwnership: true };
  const result = succeed(account("unverified"));
  store.saveLink(after(posting(finalizing()), { type: "post_ended", result, rules }, 100));
  const now = () => clock.nowMs;
  /** A new driver knows only what is stored. */
  const wake = () =>
    new Driver({
      store,
      provider: () => provider,
      log,
      upstreamTimeoutMs: () => TIMEOUT_MS,
      now,
      sleep: async (ms) => {
        clock.nowMs += ms;
      },
    });
  async function pollWatches(untilMs: number): Promise<void> {
    for (;;) {
      const dueAtMs = store.watches.nextDueAtMs();
      if (dueAtMs === null || dueAtMs > untilMs) return;
      clock.nowMs = Math.max(clock.nowMs, dueAtMs);
      for (const watch of store.watches.take(clock.nowMs, 0)) {
        await pollWatch(watch, { store, provider, customerId: "c", log, now, upstreamTimeoutMs: TIMEOUT_MS });
      }
    }
  }
  const run = () => wake().run("lnk_1", "request-1", FOREVER_MS);
  return { bank, clock, postsAtMs, store, run, pollWatches };
}

const lost = () => {
  throw new TypeError("the connection was reset");
};
const created = () => Response.json(CHECK, { status: 201 });

describe("an ownership check whose answer was lost", () => {
  test("is not posted again before the first post must be dead", async (t) => {
    const { postsAtMs, run } = ownership(t, lost);
    await run();
    const [first = 0, second = 0] = postsAtMs;
    assert.ok(second - first >= DEAD_MS && second - first < DEAD_MS + 3_000, String(postsAtMs));
  });

  test("is found when the list shows it late, and not posted again", async (t) => {
    const { bank, clock, postsAtMs, run } = ownership(t, lost);
    bank.checks = () => (clock.nowMs - (postsAtMs[0] ?? clock.nowMs) > DEAD_MS - 3_000 ? [CHECK] : []);
    await run();
    assert.equal(postsAtMs.length, 1);
  });

  test("is not posted again by a ledger that has died under the post", async (t) => {
    const { postsAtMs, run } = ownership(t, (nth) => (nth === 1 ? new Promise<Response>(() => {}) : lost()));
    void run();
    while (postsAtMs.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await run();
    const [first = 0, second = 0] = postsAtMs;
    assert.ok(second - first >= DEAD_MS, String(postsAtMs));
  });

  test("is not posted again by the watch that follows the link", async (t) => {
    const { bank, clock, store, postsAtMs, run, pollWatches } = ownership(t, lost);
    // The list hides a check of long ago for nearly all of the time in which a person waits.
    const other = { ...CHECK, state: "pending" };
    bank.checks = () => (clock.nowMs < OWNERSHIP_WAIT_MS - 5_000 ? [other] : []);
    await run();
    assert.equal(store.link("lnk_1")?.status, "linked");
    await pollWatches(clock.nowMs + 5 * 60_000);
    const pauses = postsAtMs.slice(1).map((atMs, index) => atMs - (postsAtMs[index] ?? 0));
    assert.ok(pauses.length > 1 && Math.min(...pauses) >= DEAD_MS, String(postsAtMs));
  });
});

describe("an ownership check", () => {
  test("that was answered is never posted again, however late the list shows it", async (t) => {
    const { clock, postsAtMs, run, pollWatches } = ownership(t, created);
    await run();
    await pollWatches(clock.nowMs + 24 * 60 * 60_000);
    assert.equal(postsAtMs.length, 1);
  });

  test("that was turned away with 429 is posted after Retry-After, since nothing was begun", async (t) => {
    const { postsAtMs, run } = ownership(t, (nth) =>
      nth === 1 ? new Response(null, { status: 429, headers: { "Retry-After": "8" } }) : created(),
    );
    await run();
    const [first = 0, second = 0, ...more] = postsAtMs;
    assert.deepEqual(more, []);
    assert.ok(second - first >= 8_000 && second - first < DEAD_MS, String(postsAtMs));
  });

  test("is begun only when every page of the customer's checks was read", async (t) => {
    const { bank, postsAtMs, run } = ownership(t, created);
    const others = Array.from({ length: 120 }, (_, index) => ({
      ...CHECK,
      guid: `check_of_another_${index}`,
      external_bank_account_guid: `acc_of_another_${index}`,
    }));
    bank.checks = () => [...others, CHECK];
    await run();
    assert.deepEqual(postsAtMs, []);
  });
});
