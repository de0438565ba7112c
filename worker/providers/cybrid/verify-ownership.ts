/** Cybrid's ownership check of an individual's account: needs a verified customer and an `unverified` account. */
import { type OwnershipCheck, type Result, succeed } from "../provider.ts";
import type { CybridApi } from "./api.ts";
import { toAccount } from "./map-account.ts";
import type { ExternalBankAccount, IdentityVerification } from "./schemas.ts";

export async function readOwnershipCheck(
  api: CybridApi,
  account: ExternalBankAccount,
  customerGuid: string,
): Promise<Result<OwnershipCheck>> {
  const check = (running: boolean, isDue = false) => succeed({ running, isDue, account: toAccount(account) });
  if (account.state !== "unverified") return check(false);

  const listed = await api.listOwnershipChecks(customerGuid);
  if (!listed.ok) return listed;
  // Newest first.
  const latest = listed.value.items.find(
    (candidate) => candidate.external_bank_account_guid === account.guid,
  );
  if (latest) return check(isUnderWay(latest));

  const customer = await api.getCustomer(customerGuid);
  if (!customer.ok) return customer;
  const isDue = customer.value.state === "verified" && listed.value.isComplete;
  return check(isDue, isDue);
}

/** States are open strings: one that nobody knows yet is waited out. After a pass the account follows a moment later. */
function isUnderWay({ state, outcome }: IdentityVerification): boolean {
  return (state !== "completed" && state !== "expired") || outcome === "passed";
}
