/** A link ends by itself when nobody waits for it, and leaves behind what it should. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { defaultCybridSettings } from "../simulators/cybrid/index.ts";
import { type Browser, type Edge, startEdge } from "./edge.ts";

let edge: Edge;
before(async () => {
  edge = await startEdge({ UPSTREAM_TIMEOUT_SECONDS: "1" });
});
after(() => edge.close());
afterEach(() => {
  const { clientId, clientSecret, ...settings } = defaultCybridSettings();
  Object.assign(edge.cybrid.settings, settings);
});

const ledgerOf = (browser: Browser, provider = "cybrid") => ({
  name: `sandbox:${provider}:${browser.customerId}`,
});

async function sendAndVanish(browser: Browser) {
  const link = await browser.link();
  const sent = await browser.call("POST", `/v1/links/${link.id}/finalize`, {
    key: randomUUID(),
    body: browser.choose(link),
    headers: { Prefer: "wait=0" },
  });
  assert.equal(sent.status, 202);
  return link;
}

async function outcome(browser: Browser, linkId: string) {
  for (let tries = 0; tries < 40; tries++) {
    const { body } = await browser.call("GET", `/v1/links/${linkId}`, { headers: { Prefer: "wait=5" } });
    if (body.status !== "finalizing") return body;
    await delay(250);
  }
  throw new Error("no outcome");
}

describe("a closed browser", () => {
  test("cancels nothing: the link ends by itself", async () => {
    const browser = await edge.browser();
    edge.cybrid.settings.accountMs = 1_000;
    const link = await sendAndVanish(browser);
    await delay(2_500);
    const { body } = await browser.call("GET", `/v1/links/${link.id}`);
    assert.equal(body.status, "linked");
  });
});

describe("what is kept", () => {
  test("no token outlives its use", async () => {
    const browser = await edge.browser();
    const link = await sendAndVanish(browser);
    await outcome(browser, link.id);
    const storage = await edge.harness.getWorker().getDurableObjectStorage("Ledger", ledgerOf(browser));
    const rows = JSON.stringify(await storage.exec("SELECT * FROM link"));
    assert.doesNotMatch(rows, /link-sandbox-|public-sandbox-/);
  });

  test("a record is gone thirty days after its link's end", async () => {
    const browser = await edge.browser();
    const link = await sendAndVanish(browser);
    await outcome(browser, link.id);
    const storage = await edge.harness.getWorker().getDurableObjectStorage("Ledger", ledgerOf(browser));
    const [{ record }] = (await storage.exec("SELECT record FROM link")) as [{ record: string }];
    const longAgo = Date.now() - 31 * 86_400_000;
    await storage.exec(
      "UPDATE link SET record = ?, due_at_ms = ?",
      JSON.stringify({ ...JSON.parse(record), updatedAtMs: longAgo }),
      longAgo,
    );
    // The next thing that happens in this ledger arms the alarm for what is overdue.
    await browser.link({ reference: "next" });
    for (let tries = 0; tries < 20; tries++) {
      if ((await browser.call("GET", `/v1/links/${link.id}`)).status === 404) return;
      await delay(250);
    }
    assert.fail("the record is still there");
  });
});
