import type { Account, Link } from "../contract.ts";
import { bareAccount } from "../providers/bare-account.ts";
import type { LinkRecord } from "./link-record.ts";

/** What callers see of a record: the token only while it is of use, the account only once it is the outcome. */
export function toLink(record: LinkRecord): Link {
  const atItsEnd = record.status === "linked" || record.status === "failed";
  return {
    id: record.id,
    provider: record.provider,
    mode: record.mode,
    status: record.status,
    link_token: record.status === "ready" ? record.linkToken : null,
    link_token_expires_at:
      record.status === "ready" && record.linkTokenExpiresAtMs !== null
        ? iso(record.linkTokenExpiresAtMs)
        : null,
    account: atItsEnd ? record.account : refreshed(record),
    problem: record.problem,
    reference: record.reference,
    opened_at: record.openedAtMs === null ? null : iso(record.openedAtMs),
    created_at: iso(record.createdAtMs),
    updated_at: iso(record.updatedAtMs),
  } as Link;
}

/** The account that a refresh is for, by its id: a page that comes back from a bank knows its element by it. */
function refreshed({ provider, request: { accountId: id } }: LinkRecord): Account | null {
  return id === null ? null : bareAccount({ id, provider, status: "refresh_required" });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
