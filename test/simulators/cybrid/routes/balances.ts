/** Reading a balance has side effects: it can make the account need a refresh, or delete it. */
import { type Bank, isoTime } from "../bank.ts";
import { apiError, unprocessable } from "../errors.ts";
import type { ExternalBankAccount } from "../external-bank-accounts.ts";

export function readBalances(bank: Bank, account: ExternalBankAccount) {
  if (account.state !== "completed" && account.state !== "unverified") return { balances: null };
  switch (account.balanceOutcome ?? bank.settings.balanceOutcome) {
    case "ok":
      return {
        balances: { available: 10000, current: 11000 },
        balance_updated_at: isoTime(bank.now()),
      };
    case "refresh_required":
      bank.accounts.setState(account, "refresh_required");
      throw apiError(422, "invalid_parameter", "Bank account refresh required");
    case "deleted":
      bank.accounts.remove(account);
      throw apiError(
        422,
        "invalid_parameter",
        "Bank account can no longer be used and is being deleted. It must be re-added",
      );
    case "not_responding":
      throw unprocessable(
        "PlaidInstitutionNotRespondingError - Financial institution did not respond",
        "request_timeout",
      );
  }
}
