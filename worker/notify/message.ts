/** Messages for the page's server, in the envelope of Standard Webhooks. */
import type { AccountStatus, LinkMode, LinkStatus, ProviderName } from "../contract.ts";
import { type FailedLink, type LinkedLink, modeOf } from "../ledger/link-record.ts";

export type MessageType =
  | "bank_link.linked"
  | "bank_link.failed"
  | "bank_link.test"
  | "bank_account.refresh_required"
  | "bank_account.updated"
  | "bank_account.removed";

export interface MessageData {
  link_id: string | null;
  customer_id: string;
  provider: ProviderName;
  mode: LinkMode | null;
  /** The link's status in `bank_link.*`, the account's in `bank_account.*`. */
  status: LinkStatus | AccountStatus | null;
  account_id: string | null;
  /** Why a link failed. */
  code: string | null;
  /** The host's own. */
  reference: string | null;
}

export interface Message {
  /** The same on every try, so that the receiver can drop a repeat. */
  id: string;
  type: MessageType;
  /** The body as it is signed and sent. */
  payload: string;
}

/** `id` must be the same for the same occurrence. */
export function composeMessage(id: string, type: MessageType, data: MessageData, now: Date): Message {
  return { id, type, payload: JSON.stringify({ type, timestamp: now.toISOString(), data }) };
}

/** A link has one outcome, so its id names the message. */
export function outcomeMessage(record: LinkedLink | FailedLink, now: Date): Message {
  const type = record.status === "linked" ? "bank_link.linked" : "bank_link.failed";
  return composeMessage(
    `msg_${record.id}_${record.status}`,
    type,
    {
      link_id: record.id,
      customer_id: record.request.customerId,
      provider: record.provider,
      mode: modeOf(record),
      status: record.status,
      account_id: record.account?.id ?? null,
      code: record.status === "failed" ? record.problem.code : null,
      reference: record.reference,
    },
    now,
  );
}
