import type { AccountStatus } from "../../contract.ts";
import type { AccountFailureCode, IdentifiedAccount } from "../provider.ts";
import type { ExternalBankAccount } from "./schemas.ts";

export function toAccount(account: ExternalBankAccount): IdentifiedAccount {
  return {
    id: account.guid,
    provider: "cybrid",
    name: account.name ?? null,
    mask: account.plaid_account_mask ?? null,
    type: null,
    asset: account.asset ?? null,
    institution: account.plaid_institution_id ? { id: account.plaid_institution_id, name: null } : null,
    status: toAccountStatus(account.state),
    failure_code: account.failure_code ?? null,
    created_at: account.created_at ?? null,
    updated_at: account.updated_at ?? null,
  };
}

/** States are open strings: one that nobody knows yet is waited out, never taken for success. */
export function toAccountStatus(state: string | null | undefined): AccountStatus {
  switch (state) {
    case "completed":
      return "active";
    case "unverified":
      return "unverified";
    case "refresh_required":
      return "refresh_required";
    case "failed":
      return "failed";
    case "deleting":
      return "removing";
    case "deleted":
      return "removed";
    default:
      return "processing";
  }
}

/** What a person can do about a `failure_code`. */
export function toAccountFailure(failureCode: string | null): AccountFailureCode {
  switch (failureCode) {
    case "duplicate":
      return "duplicate_account";
    case "plaid_multiple_accounts":
      return "multiple_accounts";
    case "invalid_account_type":
      return "account_type_unsupported";
    default:
      return "provider_rejected";
  }
}
