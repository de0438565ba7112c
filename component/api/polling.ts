/** Polls a link until its status changes. */
import type { Link } from "../../worker/contract.ts";
import { asBankLinkError } from "../errors.ts";
import { POLL_FACTOR, POLL_FIRST_MS, POLL_MAX_MS } from "../limits.ts";
import { delay } from "./delay.ts";

/**
 * Resolves with the link once its status is not `status`. The API holds each answer, so polls are few. A link in
 * `finalizing` progresses without the browser: while the API is unreachable, polling continues without a limit.
 * @throws BankLinkError when the API rejects the request; the signal's reason when it aborts
 */
export async function pollLink(
  link: Link,
  status: "preparing" | "finalizing",
  read: () => Promise<Link>,
  signal: AbortSignal,
): Promise<Link> {
  let latest = link;
  let delayMs = 0;
  while (latest.status === status) {
    await delay(delayMs, signal);
    delayMs = Math.min(delayMs * POLL_FACTOR + POLL_FIRST_MS, POLL_MAX_MS);
    try {
      latest = await read();
    } catch (thrown) {
      signal.throwIfAborted();
      if (status === "preparing" || !asBankLinkError(thrown).retryable) throw thrown;
    }
  }
  return latest;
}
