/** What the alarm does: links that are due, messages to deliver, accounts to poll. */
import type { WebhookConfig } from "../config.ts";
import { ALARM_POLL_GUARD_MS, LINK_KEPT_MS } from "../limits.ts";
import type { Log } from "../log.ts";
import type { Message } from "../notify/message.ts";
import { deliver } from "../notify/webhook.ts";
import type { Provider } from "../providers/provider.ts";
import { type Driver, isWorking } from "./driver.ts";
import { settled } from "./link-machine.ts";
import type { LedgerStore } from "./store.ts";
import { pollWatch } from "./watcher.ts";

export interface DueWorkDependencies {
  store: LedgerStore;
  driver: Driver;
  /** `null`: nobody is to be notified. */
  webhook: WebhookConfig | null;
  provider: () => Provider;
  upstreamTimeoutMs: number;
  log: Log;
}

export async function doWhatIsDue(nowMs: number, deps: DueWorkDependencies): Promise<void> {
  const { store, driver, webhook, log } = deps;
  const work: Promise<void>[] = [];
  for (const record of store.dueLinks(nowMs)) {
    if (isWorking(record)) work.push(driver.runDue(record.id));
    else if (record.updatedAtMs + LINK_KEPT_MS <= nowMs) store.deleteLink(record.id);
    else store.saveLink(settled(record, nowMs));
  }
  if (webhook) {
    for (const message of store.outbox.take(nowMs)) work.push(deliverMessage(message, webhook, deps));
  }
  const customerId = store.owner?.customerId;
  if (customerId !== undefined) {
    for (const watch of store.watches.take(nowMs, ALARM_POLL_GUARD_MS)) {
      const provider = deps.provider();
      const { upstreamTimeoutMs } = deps;
      work.push(pollWatch(watch, { store, customerId, provider, log, now: Date.now, upstreamTimeoutMs }));
    }
  }
  // Holding the event keeps the object alive meanwhile. One that fails does not keep the others from their turn.
  for (const done of await Promise.allSettled(work)) {
    if (done.status === "rejected") {
      const { reason } = done;
      log("unexpected", {
        reason: reason instanceof Error ? `${reason.name}: ${reason.message}` : "unknown",
      });
    }
  }
}

async function deliverMessage(
  message: Message,
  webhook: WebhookConfig,
  { store: { outbox }, log }: DueWorkDependencies,
): Promise<void> {
  const isTaken = await deliver(message, webhook, {
    fetch: (...args) => fetch(...args),
    log,
    now: () => new Date(),
  });
  if (isTaken) outbox.delivered(message.id, Date.now());
  else if (!outbox.postpone(message.id, Date.now())) {
    log("webhook_undelivered", { message_id: message.id, message_type: message.type });
  }
}
