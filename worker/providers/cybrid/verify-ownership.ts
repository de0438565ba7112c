/** Cybrid's ownership check of an individual's account: needs a verified customer and an `unverified` account. */
import { type OwnershipCheck, type Result, succeed } from "../provider.ts";
import type { CybridApi } from "./api.ts";
import { toAccount } from "./map-account.ts";
import type { ExternalBankAccount, IdentityVerification } from "./schemas.ts";

/** One step: safe to repeat, because the customer's checks are read before one is begun. */
export async function stepOwnershipCheck(
  api: CybridApi,
  account: ExternalBankAccount,
  customerGuid: string,
): Promise<Result<OwnershipCheck>> {
  const check = (running: boolean) => succeed({ running, account: toAccount(account) });
  if (account.state !== "unverified") return check(false);

  const listed = await api.listOwnershipChecks(customerGuid);
  if (!listed.ok) return listed;
  // Newest first.
  const latest = listed.value.objects.find(
    (candidate) => candidate.external_bank_account_guid === account.guid,
  );
  if (latest) return check(isUnderWay(latest));

  const customer = await api.getCustomer(customerGuid);
  if (!customer.ok) return customer;
  if (customer.value.state !== "verified") return check(false);
  const begun = await api.createOwnershipCheck({
    type: "bank_account",
    method: "account_ownership",
    customer_guid: customerGuid,
    external_bank_account_guid: account.guid,
  });
  return begun.ok ? check(true) : begun;
}

/** States are open strings: one that nobody knows yet is waited out. After a pass the account follows a moment later. */
function isUnderWay({ state, outcome }: IdentityVerification): boolean {
  return (state !== "completed" && state !== "expired") || outcome === "passed";
}
