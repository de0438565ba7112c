/** What the ledger answers over RPC: plain values, since thrown errors lose their shape on the way. */
import type { Account, Link } from "../contract.ts";
import { RETRY_AFTER_PENDING_S } from "../limits.ts";
import type { Refusal } from "../problems/problem.ts";
import { PROBLEMS } from "../problems/registry.ts";
import type { Failure } from "../providers/provider.ts";
import { isResting, type LinkRecord } from "./link-record.ts";
import { toLink } from "./link-view.ts";

export type Refused = { ok: false; refusal: Refusal };
export type LinkReply =
  | {
      ok: true;
      link: Link;
      /** Set while more is to come. */
      retryAfterS: number | null;
      replayed: boolean;
      /** Until when the key of this request is remembered. */
      keptUntilMs: number | null;
    }
  | Refused;
export type LinksReply = { ok: true; links: Link[] } | Refused;
export type AccountReply = { ok: true; account: Account } | Refused;
export type AccountsReply = { ok: true; accounts: Account[] } | Refused;

export function linkReply(
  record: LinkRecord,
  nowMs: number,
  { replayed = false, keptUntilMs = null }: { replayed?: boolean; keptUntilMs?: number | null } = {},
): LinkReply {
  const restS = record.work ? Math.ceil((record.work.notBeforeMs - nowMs) / 1_000) : 0;
  return {
    ok: true,
    link: toLink(record),
    retryAfterS: isResting(record.status) ? null : Math.max(restS, RETRY_AFTER_PENDING_S),
    replayed,
    keptUntilMs,
  };
}

export function refused(code: Refusal["code"], rest: Omit<Refusal, "code"> = {}): Refused {
  return { ok: false, refusal: { code, ...rest } };
}

/** A provider's failure where no link exists to carry it. */
export function refusedBy({ code, retryAfterMs }: Failure): Refused {
  // A code without a status of its own says nothing about the request.
  const told = PROBLEMS[code].status === null ? "provider_unavailable" : code;
  return refused(told, retryAfterMs ? { retryAfterS: Math.ceil(retryAfterMs / 1_000) } : {});
}
