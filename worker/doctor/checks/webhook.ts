/** Whether the host's server accepts our webhook. */
import type { DoctorItem } from "../../contract.ts";
import { failed, ok, unknown } from "../items.ts";

/** `sendTest` sends one `bank_link.test` and returns whether it was accepted; `null` if no webhook is configured. */
export async function checkWebhook(sendTest: (() => Promise<boolean>) | null): Promise<DoctorItem> {
  const [id, title] = ["webhook", "The webhook accepts bank_link.test"];
  if (!sendTest) {
    return unknown(
      id,
      title,
      "No webhook is configured. Set WEBHOOK_URL and WEBHOOK_SECRET, or make sure that your server reads its links itself.",
    );
  }
  if (await sendTest()) return ok(id, title);
  return failed(
    id,
    title,
    "Check WEBHOOK_URL, and that its server answers 2xx. If it rejects the signature, it has another secret than WEBHOOK_SECRET.",
  );
}
