/** What the ledger answers over RPC: plain values, since thrown errors lose their shape on the way. */
import type { Account, Link } from "../contract.ts";
import { RETRY_AFTER_PENDING_S } from "../limits.ts";
import type { Refusal } from "../problems/problem.ts";
import { PROBLEMS } from "../problems/registry.ts";
import { bareAccount } from "../providers/bare-account.ts";
import { type Failure, retryAfterMs } from "../providers/provider.ts";
import { type LinkRecord, modeOf } from "./link-record.ts";

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
export type AccountReply = { ok: true; account: Account } | Refused;
export type AccountsReply = { ok: true; accounts: Account[] } | Refused;

export function linkReply(
  record: LinkRecord,
  nowMs: number,
  { replayed = false, keptUntilMs = null }: { replayed?: boolean; keptUntilMs?: number | null } = {},
): LinkReply {
  const isPending = record.status === "preparing" || record.status === "finalizing";
  const pauseS = isPending ? Math.ceil((record.notBeforeMs - nowMs) / 1_000) : 0;
  return {
    ok: true,
    link: toLink(record),
    retryAfterS: isPending ? Math.max(pauseS, RETRY_AFTER_PENDING_S) : null,
    replayed,
    keptUntilMs,
  };
}

/** What callers see of a record: the token only while it is of use, the account only once it is the outcome. */
export function toLink(record: LinkRecord): Link {
  const { id, provider } = record;
  const named = { id, provider, mode: modeOf(record) };
  const withoutToken = { link_token: null, link_token_expires_at: null };
  const rest = {
    reference: record.reference,
    opened_at: record.openedAtMs === null ? null : iso(record.openedAtMs),
    created_at: iso(record.createdAtMs),
    updated_at: iso(record.updatedAtMs),
  };
  switch (record.status) {
    case "ready":
      return {
        ...named,
        status: record.status,
        link_token: record.linkToken,
        link_token_expires_at: iso(record.linkTokenExpiresAtMs),
        account: accountToRefresh(record),
        problem: null,
        ...rest,
      };
    case "linked":
      return {
        ...named,
        status: record.status,
        ...withoutToken,
        account: record.account,
        problem: null,
        ...rest,
      };
    case "failed": {
      const { status, account, problem } = record;
      return { ...named, status, ...withoutToken, account, problem, ...rest };
    }
    default:
      return {
        ...named,
        status: record.status,
        ...withoutToken,
        account: accountToRefresh(record),
        problem: null,
        ...rest,
      };
  }
}

/** By its id: a page that comes back from a bank knows its element by it. */
function accountToRefresh({ provider, request: { accountId: id } }: LinkRecord): Account | null {
  return id === null ? null : bareAccount({ id, provider, status: "refresh_required" });
}

export function refused(code: Refusal["code"], rest: Omit<Refusal, "code"> = {}): Refused {
  return { ok: false, refusal: { code, ...rest } };
}

/** A provider's failure where no link exists to carry it. */
export function refusedBy(failure: Failure): Refused {
  // A code without a status of its own says nothing about the request.
  const code = PROBLEMS[failure.code].status === null ? "provider_unavailable" : failure.code;
  const pauseMs = retryAfterMs(failure);
  return refused(code, pauseMs ? { retryAfterS: Math.ceil(pauseMs / 1_000) } : {});
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
