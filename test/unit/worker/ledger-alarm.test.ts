/** The ledger's alarm, where something of ours is broken when it rings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Env } from "../../../worker/env.ts";
import { composeMessage } from "../../../worker/notify/message.ts";
import "./cloudflare-workers.ts";
import { memoryStorage } from "./durable-storage.ts";

test("an alarm never throws and is set again, even while the configuration is bad", async (t) => {
  const { Ledger } = await import("../../../worker/ledger/ledger.ts");
  const log = t.mock.method(console, "log", () => {});
  const { storage, alarmAtMs } = memoryStorage();
  const good = {
    PROVIDERS: "cybrid",
    ENVIRONMENT: "sandbox",
    SESSION_SECRET: "a-secret-of-at-least-32-bytes-------",
    CYBRID_CLIENT_ID: "id",
    CYBRID_CLIENT_SECRET: "secret",
    WEBHOOK_URL: "https://shop.example.com/webhooks",
    WEBHOOK_SECRET: "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
  };
  const wake = (env: object) =>
    new Ledger({ storage } as unknown as DurableObjectState, env as unknown as Env);
  const owner = { environment: "sandbox", provider: "cybrid", customerId: "c" } as const;
  const data = {
    link_id: null,
    customer_id: "c",
    provider: "cybrid",
    mode: null,
    status: "refresh_required",
    account_id: "a",
    code: null,
    reference: null,
  } as const;
  const message = composeMessage("msg_1", "bank_account.refresh_required", data, new Date());
  await wake(good).enqueue(owner, message);
  await storage.deleteAlarm();

  await wake({ ...good, ENVIRONMENT: "nonsense" }).alarm();
  assert.ok((alarmAtMs() ?? 0) > Date.now());
  assert.ok(log.mock.calls.length > 0);

  const fetch = t.mock.method(globalThis, "fetch", async () => new Response(null, { status: 204 }));
  await wake(good).alarm();
  assert.equal(fetch.mock.callCount(), 1);
});
