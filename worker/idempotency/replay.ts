/**
 * Finished outcomes in KV, replayed at the edge.
 * KV is eventually consistent and caches misses, so a miss proves nothing: the ledger is always asked as well,
 * at the same time, and decides whenever KV has nothing to say.
 */
import * as z from "zod";
import { type Link, link } from "../contract.ts";
import type { AppContext } from "../http/context.ts";
import { type LinkReply, refused } from "../ledger/link-reply.ts";
import type { IdempotentRequest } from "../ledger/owner.ts";
import { KV_LIFE_MIN_MS } from "../limits.ts";
import { log } from "../log.ts";

const entry = z.object({ fingerprint: z.string(), link });

export async function replayOr(
  c: AppContext,
  request: IdempotentRequest,
  askLedger: () => Promise<LinkReply>,
): Promise<LinkReply> {
  const decided = askLedger().then((reply) => ({ reply, isReplay: false }));
  const replayed = readReplay(c, request).then((reply) => (reply ? { reply, isReplay: true } : decided));
  // A ledger out of reach does not keep KV from answering.
  const { reply, isReplay } = await Promise.race([decided.catch(() => replayed), replayed]);
  // The ledger's own answer still comes; it changes nothing and nobody waits for it.
  if (isReplay) c.executionCtx.waitUntil(decided.catch(() => undefined));
  else if (reply.ok && isFinal(reply.link)) c.executionCtx.waitUntil(writeReplay(c, request, reply));
  return reply;
}

/** Only what can never change again, and so holds no link token. */
function isFinal(link: Link): boolean {
  return link.status === "linked" || (link.status === "failed" && !link.problem.retryable);
}

async function readReplay(
  c: AppContext,
  { scope, fingerprint }: IdempotentRequest,
): Promise<LinkReply | null> {
  try {
    const found = entry.safeParse(await c.env.IDEMPOTENCY.get(scope, "json"));
    if (!found.success) return null;
    if (found.data.fingerprint !== fingerprint) return refused("idempotency_key_reused");
    return { ok: true, link: found.data.link, replayed: true, retryAfterS: null, keptUntilMs: null };
  } catch (error) {
    reportUnavailable(c, error);
    return null;
  }
}

async function writeReplay(
  c: AppContext,
  { scope, fingerprint }: IdempotentRequest,
  { link, keptUntilMs }: Extract<LinkReply, { ok: true }>,
): Promise<void> {
  // Never longer than the ledger remembers the key; KV takes nothing that ends within a minute.
  if (keptUntilMs === null || keptUntilMs - Date.now() < KV_LIFE_MIN_MS) return;
  try {
    await c.env.IDEMPOTENCY.put(scope, JSON.stringify({ fingerprint, link }), {
      expiration: Math.floor(keptUntilMs / 1_000),
    });
  } catch (error) {
    reportUnavailable(c, error);
  }
}

/** The replay is a convenience: without it the ledger answers. */
function reportUnavailable(c: AppContext, error: unknown): void {
  log("idempotency_replay_unavailable", {
    request_id: c.get("requestId"),
    reason: error instanceof Error ? error.name : "unknown",
  });
}
