/** What one link costs, counted in the real Worker: rows, alarms, calls, log lines. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Bill } from "../fixtures/metered-worker/bill.ts";
import { startEdge } from "./edge.ts";
import { startWebhookReceiver, WEBHOOK_SECRET } from "./webhook-receiver.ts";

export interface Cost extends Bill {
  keyValueReads: number;
  keyValueWrites: number;
  requests: number;
  logLines: number;
  upstreamCalls: number;
}

/** A workflow of two seconds and three seconds of storing, by the way the element takes, its webhook delivered. */
export async function costOfLink(): Promise<Cost> {
  const receiver = await startWebhookReceiver();
  const edge = await startEdge(
    { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET },
    "./test/fixtures/metered-worker/wrangler.toml",
  );
  try {
    Object.assign(edge.cybrid.settings, { workflowMs: 2_000, accountMs: 3_000 });
    // The access token is everybody's, so a link before this one has fetched it.
    const other = await edge.browser();
    await other.link();
    const browser = await edge.browser();
    const bill = async () =>
      (await (
        await edge.harness.fetch(`/bill/${encodeURIComponent(`sandbox:cybrid:${browser.customerId}`)}`)
      ).json()) as Cost;
    const before = await bill();
    const lines = () => edge.harness.getLogs().filter(({ message }) => message.startsWith("{")).length;
    const linesBefore = lines();
    const callsBefore = edge.cybrid.calls.length;

    const wait = { Prefer: "wait=25" };
    const created = await browser.call("POST", "/v1/links", { key: randomUUID(), body: {}, headers: wait });
    const link = created.body;
    await browser.call("POST", `/v1/links/${link.id}/open`);
    const finalized = await browser.call("POST", `/v1/links/${link.id}/finalize`, {
      key: randomUUID(),
      body: browser.choose(link),
      headers: wait,
    });
    if (finalized.body.status !== "linked") throw new Error(`the link is ${finalized.body.status}`);
    await receiver.message(({ data }) => data.link_id === link.id);
    // The alarm that delivered it is still to set the next one.
    await delay(500);

    const after = await bill();
    return {
      ...after,
      keyValueReads: after.keyValueReads - before.keyValueReads,
      keyValueWrites: after.keyValueWrites - before.keyValueWrites,
      requests: 3,
      logLines: lines() - linesBefore,
      upstreamCalls: edge.cybrid.calls.length - callsBefore,
    };
  } finally {
    await edge.close();
    await receiver.close();
  }
}
