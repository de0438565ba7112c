/** After a lost create: which of the customer's accounts is the one that it made? Pure. */
import type { AccountQuery } from "../provider.ts";
import { CLOCK_DIFFERENCE_MAX_MS } from "./limits.ts";
import type { ExternalBankAccount } from "./schemas.ts";

/**
 * A candidate has the name we sent, is not on its way out, was created after this link's workflow (Cybrid's
 * clock for both), belongs to no other link, and contradicts nothing that Link told us. A failed one never outweighs a live one.
 */
export function findCreatedAccount(
  accounts: readonly ExternalBankAccount[],
  query: AccountQuery,
): ExternalBankAccount | null {
  const workflowCreatedAt = Date.parse(query.providerState.workflowCreatedAt ?? "");
  const notBefore = Number.isNaN(workflowCreatedAt)
    ? query.linkCreatedAtMs - CLOCK_DIFFERENCE_MAX_MS
    : workflowCreatedAt;
  const candidates = accounts.filter(
    (account) =>
      account.name === query.name &&
      account.state !== "deleting" &&
      account.state !== "deleted" &&
      !query.ownedIds.has(account.guid) &&
      !(Date.parse(account.created_at ?? "") < notBefore) &&
      agrees(account.customer_guid, query.customerId) &&
      agrees(account.plaid_institution_id, query.selection.institution?.id) &&
      agrees(account.plaid_account_mask, query.selection.account.mask),
  );
  return candidates.find(({ state }) => state !== "failed") ?? candidates[0] ?? null;
}

/** What one side does not say cannot disagree. */
function agrees(theirs: string | null | undefined, ours: string | null | undefined): boolean {
  return !theirs || !ours || theirs === ours;
}
