/** One attempt to deliver a message by Standard Webhooks (https://www.standardwebhooks.com). */
import { Webhook } from "standardwebhooks";
import type { WebhookConfig } from "../config.ts";
import { WEBHOOK_TIMEOUT_MS } from "../limits.ts";
import type { Log } from "../log.ts";
import { withTimeLimit } from "../time-limit.ts";
import type { Message } from "./message.ts";

/** True if the receiver accepted it with a 2xx. Redirects are not followed. */
export async function deliver(
  message: Message,
  config: WebhookConfig,
  { fetch, log, now }: { fetch: typeof globalThis.fetch; log: Log; now: () => Date },
): Promise<boolean> {
  const startedAt = now();
  const attempt = await withTimeLimit(WEBHOOK_TIMEOUT_MS, (signal) =>
    post(message, config, fetch, startedAt, signal),
  );
  log("webhook", {
    message_id: message.id,
    message_type: message.type,
    ...attempt,
    ms: now().getTime() - startedAt.getTime(),
  });
  return (
    attempt.upstream_status !== undefined && attempt.upstream_status >= 200 && attempt.upstream_status < 300
  );
}

async function post(
  { id, payload }: Message,
  { url, secrets }: WebhookConfig,
  fetch: typeof globalThis.fetch,
  at: Date,
  signal: AbortSignal,
): Promise<{ upstream_status?: number; reason?: string }> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
        // One signature per secret, so that the receiver can rotate its own at any time.
        "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, at, payload)).join(" "),
      },
      body: payload,
      redirect: "manual",
      signal,
    });
    await response.body?.cancel();
    return { upstream_status: response.status };
  } catch {
    return { reason: signal.aborted ? "timeout" : "network" };
  }
}
