/** Ledger replies as HTTP answers. */

import type { LinkReply } from "../ledger/replies.ts";
import { refuseWith } from "../problems/problem.ts";
import type { AppContext } from "./context.ts";

/** `doneStatus`: what this route answers once the link is not waiting for the provider. */
export function answerLink(c: AppContext, reply: LinkReply, doneStatus: 200 | 201): Response {
  if (!reply.ok) refuseWith(reply.refusal);
  c.set("linkId", reply.link.id);
  if (reply.replayed) c.header("Idempotent-Replayed", "true");
  if (reply.retryAfterS === null) return c.json(reply.link, doneStatus);
  c.header("Retry-After", String(reply.retryAfterS));
  return c.json(reply.link, 202);
}
