/** After a lost create: which of the customer's accounts is the one that it made? Pure. */
import type { AccountQuery, Lookup } from "../provider.ts";
import type { CustomerAccounts } from "./api.ts";
import { CLOCK_DIFFERENCE_MAX_MS } from "./limits.ts";
import { toAccount } from "./map-account.ts";
import type { ExternalBankAccount } from "./schemas.ts";

/**
 * A candidate has the name we sent, is not being removed, was created after this link's workflow (Cybrid's clock for
 * both) and is not known already. One that contradicts Plaid Link's metadata is not adopted, but still forbids another
 * post, since Plaid Link and Cybrid may name an institution differently. A live account wins over a failed one.
 */
export function findCreatedAccount({ accounts, isComplete }: CustomerAccounts, query: AccountQuery): Lookup {
  const candidates = accounts.filter((account) => isCandidate(account, query));
  const agreeing = candidates.filter((account) => agreesWithLink(account, query));
  const account = agreeing.find(({ state }) => state !== "failed") ?? agreeing[0];
  if (account) return { found: "account", account: toAccount(account), isComplete };
  const [contradicting] = candidates.filter(({ state }) => state !== "failed");
  if (contradicting) return { found: "contradiction", accountId: contradicting.guid, isComplete };
  return { found: "nothing", isComplete };
}

function isCandidate(account: ExternalBankAccount, query: AccountQuery): boolean {
  const workflowCreatedAt = Date.parse(query.providerState.workflowCreatedAt ?? "");
  const notBefore = Number.isNaN(workflowCreatedAt)
    ? query.linkCreatedAtMs - CLOCK_DIFFERENCE_MAX_MS
    : workflowCreatedAt;
  return (
    account.name === query.name &&
    account.state !== "deleting" &&
    account.state !== "deleted" &&
    !query.knownIds.has(account.guid) &&
    !(Date.parse(account.created_at ?? "") < notBefore) &&
    agrees(account.customer_guid, query.customerId)
  );
}

function agreesWithLink(account: ExternalBankAccount, { selection }: AccountQuery): boolean {
  return (
    agrees(account.plaid_institution_id, selection.institution?.id) &&
    agrees(account.plaid_account_mask, selection.account.mask)
  );
}

/** What one side does not say cannot disagree. */
function agrees(theirs: string | null | undefined, ours: string | null | undefined): boolean {
  return !theirs || !ours || theirs === ours;
}
