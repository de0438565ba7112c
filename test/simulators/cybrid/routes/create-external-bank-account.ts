import type { Answer } from "../../answer.ts";
import type { Item } from "../../plaid/backend.ts";
import type { ProviderRequest } from "../../provider-server.ts";
import type { Bank } from "../bank.ts";
import { unprocessable } from "../errors.ts";
import type { BankDetails, NewAccount } from "../external-bank-accounts.ts";
import { readFields } from "../fields.ts";
import { accountView } from "./external-bank-account-view.ts";

const accountRules = {
  name: { required: true, min: 1, max: 128 },
  // Cybrid has two more kinds, which bank linking does not use.
  account_kind: { required: true, oneOf: ["plaid"] },
  asset: { min: 1, max: 16 },
  customer_guid: { min: 32, max: 32 },
  plaid_public_token: { required: true, min: 1, max: 128 },
  plaid_account_id: { required: true, min: 1, max: 128 },
};

export function createExternalBankAccount(bank: Bank, request: ProviderRequest): Answer {
  const { settings } = bank;
  const fields = readFields(request.body, {
    ...accountRules,
    asset: { ...accountRules.asset, required: settings.assetRequired },
  });
  const customerGuid = fields.customer_guid ?? null;
  if (customerGuid !== null && !bank.customers.get(customerGuid)) {
    throw unprocessable("InvalidCustomer - Customer not found", "no_customer");
  }
  const asset = fields.asset ?? settings.assets[0] ?? "USD";
  if (!settings.assets.includes(asset)) throw unprocessable("InvalidAsset - Asset not supported");

  const exchanged = bank.plaid.exchange(fields.plaid_public_token ?? "");
  if (!exchanged.ok && settings.spentTokenAnswers === "422") {
    throw unprocessable("InvalidPlaidPublicToken - Plaid public token is invalid");
  }
  const ending = exchanged.ok
    ? endingFor(bank, exchanged.item, fields.plaid_account_id ?? "", customerGuid)
    : { bank: null, outcome: { failed: "plaid_processor_token" } };
  const account = bank.accounts.create({
    customerGuid,
    name: fields.name ?? "",
    asset,
    listLagMs: request.listLagMs ?? settings.listLagMs,
    ...ending,
  });
  return { status: 201, body: accountView(bank, account) };
}

function endingFor(
  bank: Bank,
  item: Item,
  plaidAccountId: string,
  customerGuid: string | null,
): Pick<NewAccount, "bank" | "outcome"> {
  const { settings } = bank;
  const chosen = item.accounts.find((account) => account.id === plaidAccountId);
  if (!chosen) return { bank: null, outcome: { failed: "plaid_processor_token" } };
  const details: BankDetails = {
    itemId: item.itemId,
    institutionId: item.institution.id,
    mask: chosen.mask,
    accountName: chosen.name,
    accountNumber: chosen.accountNumber,
  };
  if (item.accounts.length > 1) return { bank: details, outcome: { failed: "plaid_multiple_accounts" } };
  if (!settings.accountSubtypes.includes(chosen.subtype)) {
    return { bank: details, outcome: { failed: "invalid_account_type" } };
  }
  if (settings.accountOutcome !== "by-customer") return { bank: details, outcome: settings.accountOutcome };
  const individual = customerGuid !== null && bank.customers.get(customerGuid)?.type === "individual";
  return { bank: details, outcome: individual ? "unverified" : "completed" };
}
