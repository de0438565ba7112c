/** An account as Cybrid returns it: of what was posted, only the name and the asset. */
import { type Bank, isoTime } from "../bank.ts";
import type { ExternalBankAccount } from "../external-bank-accounts.ts";

export function accountView(bank: Bank, account: ExternalBankAccount) {
  const detailed = bank.settings.plaidDetailsFrom === "creation" || account.state !== "storing";
  const details = detailed ? account.bank : null;
  return {
    guid: account.guid,
    name: account.name,
    asset: account.asset,
    account_kind: "plaid",
    environment: "sandbox",
    bank_guid: bank.guid,
    customer_guid: account.customerGuid,
    created_at: isoTime(account.createdAtMs),
    updated_at: isoTime(account.updatedAtMs),
    plaid_institution_id: details?.institutionId ?? null,
    plaid_account_mask: details?.mask ?? null,
    plaid_account_name: details?.accountName ?? null,
    state: account.state,
    failure_code: account.failureCode,
  };
}
