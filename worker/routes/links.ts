/** `/v1/links`: one attempt to link an account, from its token to its outcome. */
import { Hono } from "hono";
import {
  createLink,
  exitLink,
  type FinalizeLink,
  type FinalizeRefresh,
  finalizeLink,
  finalizeRefresh,
  type LinkList,
} from "../contract.ts";
import { requireSession, requireSessionOrKey } from "../http/authenticate.ts";
import { callerOf } from "../http/caller.ts";
import type { AppContext, AppEnv } from "../http/context.ts";
import { ledgerOf } from "../http/context.ts";
import { limitRate } from "../http/limit-rate.ts";
import { waitMs } from "../http/prefer.ts";
import { allowedRedirectUri } from "../http/redirect-uri.ts";
import { checkShape, readJson } from "../http/request-body.ts";
import { fingerprintOf, scopeOf } from "../idempotency/fingerprint.ts";
import { parseIdempotencyKey } from "../idempotency/key.ts";
import { replayOr } from "../idempotency/replay.ts";
import type { LinkReply } from "../ledger/link-reply.ts";
import type { IdempotentRequest } from "../ledger/owner.ts";
import { WAIT_GET_DEFAULT_S, WAIT_POST_DEFAULT_S } from "../limits.ts";
import { refuse, refuseWith } from "../problems/problem.ts";

export const links = new Hono<AppEnv>()
  .post("/", requireSession, limitRate, async (c) => {
    const key = parseIdempotencyKey(c.req.header("Idempotency-Key"));
    const body = checkShape(createLink, await readJson(c));
    const redirectUri = allowedRedirectUri(body.redirect_uri, c.get("config").redirectUris);
    const reference = c.get("sessionReference") ?? body.reference;
    const request = {
      ...body,
      ...(redirectUri !== null && { redirect_uri: redirectUri }),
      ...(reference !== undefined && { reference }),
    };
    const idempotent = await idempotentRequest(c, key, body);
    // Nothing to replay from KV: the outcome is a link token, which is never stored there.
    return answerLink(c, await ledgerOf(c).createLink(callerOf(c), idempotent, request), 201);
  })
  .get("/", requireSessionOrKey, limitRate, async (c) => {
    return c.json({ links: await ledgerOf(c).listLinks() } satisfies LinkList);
  })
  .get("/current", requireSession, limitRate, async (c) => {
    return answerLink(c, await ledgerOf(c).currentLink(c.req.query("redirect_uri") ?? null), 200);
  })
  .get("/:id", requireSessionOrKey, limitRate, async (c) => {
    const wait = waitMs(c, WAIT_GET_DEFAULT_S);
    return answerLink(c, await ledgerOf(c).readLink(callerOf(c), c.req.param("id"), wait), 200);
  })
  .post("/:id/open", requireSession, limitRate, async (c) => {
    return answerLink(c, await ledgerOf(c).openLink(c.req.param("id")), 200);
  })
  .post("/:id/finalize", requireSession, limitRate, async (c) => {
    const key = parseIdempotencyKey(c.req.header("Idempotency-Key"));
    const body = checkFinalize(await readJson(c));
    c.set("linkSessionId", body.link_session_id);
    const request = await idempotentRequest(c, key, body);
    const reply = await replayOr(c, request, () =>
      ledgerOf(c).finalizeLink(callerOf(c), request, c.req.param("id"), body),
    );
    return answerLink(c, reply, 200);
  })
  .post("/:id/exit", requireSession, limitRate, async (c) => {
    const body = checkShape(exitLink, await readJson(c));
    return answerLink(c, await ledgerOf(c).exitLink(callerOf(c), c.req.param("id"), body), 200);
  });

/** `doneStatus`: what this route answers once the link is not waiting for the provider. */
function answerLink(c: AppContext, reply: LinkReply, doneStatus: 200 | 201): Response {
  if (!reply.ok) refuseWith(reply.refusal);
  c.set("linkId", reply.link.id);
  if (reply.replayed) c.header("Idempotent-Replayed", "true");
  if (reply.retryAfterS === null) return c.json(reply.link, doneStatus);
  c.header("Retry-After", String(reply.retryAfterS));
  return c.json(reply.link, 202);
}

async function idempotentRequest(c: AppContext, key: string, body: unknown): Promise<IdempotentRequest> {
  const [scope, fingerprint] = await Promise.all([
    scopeOf(c.get("owner"), c.req.method, c.req.path, key),
    fingerprintOf(body),
  ]);
  return { scope, fingerprint, waitMs: waitMs(c, WAIT_POST_DEFAULT_S) };
}

/** A body with a choice in it finalizes a link, one without a refresh; the ledger knows which of them is due. */
function checkFinalize(value: unknown): FinalizeLink | FinalizeRefresh {
  if (isObject(value) && Array.isArray(value.accounts) && value.accounts.length > 1)
    refuse("multiple_accounts");
  const hasChoice =
    isObject(value) && ("public_token" in value || "account" in value || "institution" in value);
  if (!hasChoice) return checkShape(finalizeRefresh, value);
  // Lynx's guide asks for a clear error here before anything is called; it is as right for Cybrid.
  if (!value.public_token || !isObject(value.account) || !value.account.id)
    refuse("account_metadata_missing");
  return checkShape(finalizeLink, value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
