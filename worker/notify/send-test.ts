/** Sends one `bank_link.test` directly instead of through the outbox, since a person waits for the result. */
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { composeMessage } from "./message.ts";
import { deliver } from "./webhook.ts";

/** `null` if no webhook is configured. */
export function testWebhookSender(
  { webhook, providers }: Pick<Config, "webhook" | "providers">,
  log: Log,
): (() => Promise<boolean>) | null {
  const [provider] = providers;
  if (!webhook || !provider) return null;
  const now = () => new Date();
  return () => {
    const message = composeMessage(
      `msg_test_${crypto.randomUUID()}`,
      "bank_link.test",
      {
        link_id: null,
        // It concerns no customer.
        customer_id: "",
        provider,
        mode: null,
        status: null,
        account_id: null,
        code: null,
        reference: null,
      },
      now(),
    );
    return deliver(message, webhook, { fetch: (...args) => fetch(...args), log, now });
  };
}
