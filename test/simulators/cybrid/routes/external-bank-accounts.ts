import type { Answer } from "../../answer.ts";
import type { ProviderRequest } from "../../provider-server.ts";
import type { Bank } from "../bank.ts";
import { notFound, unprocessable } from "../errors.ts";
import type { ExternalBankAccount } from "../external-bank-accounts.ts";
import { readFields } from "../fields.ts";
import { type ListFilter, listAnswer, readFilter } from "../listing.ts";
import { readBalances } from "./balances.ts";
import { accountView } from "./external-bank-account-view.ts";

const patchRules = {
  state: { oneOf: ["completed", "refresh_required"] },
  name: { min: 1, max: 128 },
};

export function getExternalBankAccount(bank: Bank, request: ProviderRequest): Answer {
  const account = find(bank, request);
  const isSet = (name: string) => request.query.get(name) === "true";
  const balances =
    isSet("include_balances") || isSet("force_balance_refresh") ? readBalances(bank, account) : {};
  return { status: 200, body: { ...accountView(bank, account), ...balances } };
}

export function listExternalBankAccounts(bank: Bank, { query }: ProviderRequest): Answer {
  const filter = readFilter(query, "guid", "bank_guid", "customer_guid", "asset", "state");
  bank.verifications.advance();
  const nowMs = bank.now();
  const found = bank.accounts
    .all()
    .filter(
      (account) =>
        account.listedFromMs <= nowMs &&
        !isHidden(bank, account) &&
        filter.passes("guid", account.guid) &&
        filter.passes("bank_guid", bank.guid) &&
        filter.passes("customer_guid", account.customerGuid) &&
        filter.passes("asset", account.asset) &&
        passesState(bank, filter, account),
    );
  return listAnswer(query, found, (account) => accountView(bank, account));
}

export function patchExternalBankAccount(bank: Bank, request: ProviderRequest): Answer {
  const account = find(bank, request);
  const { state, name } = readFields(request.body, patchRules);
  if (state !== undefined) {
    // An account that is not stored yet, failed, or is being deleted has no connection to repair.
    if (!["completed", "unverified", "refresh_required"].includes(account.state)) {
      throw unprocessable(`InvalidExternalBankAccount - Invalid state: ${account.state}`);
    }
    if (state === "refresh_required") bank.accounts.setState(account, "refresh_required");
    else bank.accounts.setState(account, repairedState(bank, account));
  }
  if (name !== undefined) bank.accounts.rename(account, name);
  return { status: 200, body: accountView(bank, account) };
}

export function deleteExternalBankAccount(bank: Bank, request: ProviderRequest): Answer {
  const account = find(bank, request);
  bank.accounts.remove(account);
  return { status: 200, body: accountView(bank, account) };
}

function find(bank: Bank, request: ProviderRequest): ExternalBankAccount {
  bank.verifications.advance();
  const account = bank.accounts.get(request.params.guid ?? "");
  if (!account || isHidden(bank, account)) throw notFound("ExternalBankAccount");
  return account;
}

function isHidden(bank: Bank, account: ExternalBankAccount): boolean {
  return account.state === "deleted" && bank.settings.deletedAccounts === "hidden";
}

/** Filtering by `completed` and `unverified` works for the accounts of individuals only. */
function passesState(bank: Bank, filter: ListFilter<"state">, account: ExternalBankAccount): boolean {
  if (!filter.passes("state", account.state)) return false;
  if (!filter.has("state")) return true;
  if (account.state !== "completed" && account.state !== "unverified") return true;
  const customer = account.customerGuid === null ? undefined : bank.customers.get(account.customerGuid);
  return customer?.type === "individual";
}

function repairedState(bank: Bank, account: ExternalBankAccount): "completed" | "unverified" {
  const { patchAnswers } = bank.settings;
  if (patchAnswers !== "by-account") return patchAnswers;
  return account.verified ? "completed" : "unverified";
}
