/** How long a link token that is ready at the provider takes to reach the browser, and after how many polls. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Demo } from "../demo/start.ts";
import { callsTo } from "../simulators/call-log.ts";
import { median, percentile } from "./statistics.ts";
import { ms, table } from "./table.ts";

/** How long the provider works on a workflow; the number of polls has a target for the last one. */
const WAITS_MS = [500, 1_000, 2_000, 5_000, 10_000];
/** Multiplies each, so that no figure depends on one moment between two polls. */
const SPREAD = [0.7, 0.76, 0.82, 0.88, 0.94, 1];

interface Sample {
  waitMs: number;
  delayMs: number;
  polls: number;
}

export async function tokenDelay(demo: Demo): Promise<string> {
  const before = demo.cybrid.settings.workflowMs;
  const pending: Promise<Sample>[][] = [];
  for (const waitMs of WAITS_MS) {
    const samples: Promise<Sample>[] = [];
    for (const share of SPREAD) {
      const customer = demo.cybrid.addCustomer({ type: "individual" });
      demo.cybrid.settings.workflowMs = waitMs * share;
      samples.push(sample(demo, customer));
      // The setting takes effect when the workflow is created.
      while (demo.cybrid.workflows(customer).length === 0) await delay(5);
    }
    pending.push(samples);
  }
  demo.cybrid.settings.workflowMs = before;
  const groups = await Promise.all(pending.map((samples) => Promise.all(samples)));
  const row = (name: string, samples: Sample[]) => {
    const delays = samples.map(({ delayMs }) => delayMs);
    const shares = samples.map(({ delayMs, waitMs }) => delayMs / waitMs);
    return [
      name,
      ms(median(delays)),
      `${(median(shares) * 100).toFixed(0)} %`,
      ms(percentile(delays, 0.95)),
      String(Math.max(...samples.map(({ polls }) => polls))),
    ];
  };
  const rows = groups.map((samples, index) => {
    const longest = WAITS_MS[index] ?? 0;
    return row(`${longest * (SPREAD[0] ?? 1)} to ${ms(longest)}`, samples);
  });
  return table(
    ["token ready after", "delay, median", "of the wait", "95th", "polls, most"],
    [...rows, row("all", groups.flat())],
  );
}

async function sample(demo: Demo, customer: string): Promise<Sample> {
  const token = await sessionToken(demo, customer);
  const response = await fetch(`${demo.worker.url}/v1/links`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
      "Idempotency-Key": `"${randomUUID()}"`,
      Prefer: "wait=25",
      Origin: demo.url,
    },
    body: "{}",
  });
  const link = (await response.json()) as { status: string };
  const arrivedAtMs = Date.now();
  if (link.status !== "ready") throw new Error(`the link is ${link.status}`);
  const [workflow] = demo.cybrid.workflows(customer);
  if (!workflow) throw new Error("no workflow was created");
  const polls = callsTo(demo.cybrid.calls, "GET /api/workflows/:guid").filter(({ path }) =>
    path.includes(workflow.guid),
  );
  const { createdAtMs, tokenReadyAtMs } = workflow;
  return {
    waitMs: tokenReadyAtMs - createdAtMs,
    delayMs: arrivedAtMs - tokenReadyAtMs,
    polls: polls.length,
  };
}

async function sessionToken(demo: Demo, customer: string): Promise<string> {
  const response = await fetch(`${demo.worker.url}/v1/sessions`, {
    method: "POST",
    headers: { Authorization: `Bearer ${demo.apiKey}`, "Content-Type": "application/json" },
    body: JSON.stringify({ customer_id: customer, provider: "cybrid" }),
  });
  return ((await response.json()) as { token: string }).token;
}
