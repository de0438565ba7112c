/** Whether the page's server takes our webhook. */
import type { DoctorItem } from "../../contract.ts";
import { failed, ok, unknown } from "../items.ts";

/** `sendTest` sends one `bank_link.test` and tells whether it was taken; `null` where no webhook is configured. */
export async function checkWebhook(sendTest: (() => Promise<boolean>) | null): Promise<DoctorItem> {
  const [id, title] = ["webhook", "The webhook bank_link.test was taken"];
  if (!sendTest) {
    return unknown(
      id,
      title,
      "No webhook is set. Set WEBHOOK_URL and WEBHOOK_SECRET, or make sure that your server reads its links by itself.",
    );
  }
  if (await sendTest()) return ok(id, title);
  return failed(
    id,
    title,
    "Check WEBHOOK_URL and that its server answers 2xx; a refused signature means another WEBHOOK_SECRET there.",
  );
}
