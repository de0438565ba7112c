/** Looks at a link until it leaves the status it has. */
import type { Link } from "../../worker/contract.ts";
import type { BankLinkError } from "../errors.ts";
import { FOLLOW_FACTOR, FOLLOW_FIRST_MS, FOLLOW_MAX_MS } from "../limits.ts";
import type { ApiClient } from "./client.ts";
import { delay } from "./delay.ts";

/**
 * The link, once its status is not `status`. Holding is the API's part, so looks are few. A link in `finalizing` goes on
 * without us: while the API cannot be reached it is asked again later, however long that takes.
 * @throws BankLinkError when the API refuses to answer; the signal's reason when it aborts
 */
export async function followLink(
  api: ApiClient,
  link: Link,
  status: "preparing" | "finalizing",
  signal: AbortSignal,
): Promise<Link> {
  let latest = link;
  for (
    let pause = 0;
    latest.status === status;
    pause = Math.min(pause * FOLLOW_FACTOR + FOLLOW_FIRST_MS, FOLLOW_MAX_MS)
  ) {
    await delay(pause, signal);
    try {
      latest = await api.link(link.id, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      if (status === "preparing" || !(thrown as BankLinkError).retryable) throw thrown;
    }
  }
  return latest;
}
