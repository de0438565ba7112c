import type { Account } from "../contract.ts";
import type { Selection } from "../providers/provider.ts";

/** The provider's account, with what only Link has told us where the provider says nothing. */
export function describeAccount(account: Account, { account: chosen, institution }: Selection): Account {
  return {
    ...account,
    name: account.name ?? chosen.name ?? null,
    mask: account.mask ?? chosen.mask ?? null,
    type: account.type ?? chosen.subtype ?? chosen.type ?? null,
    institution:
      account.institution || institution
        ? {
            id: account.institution?.id ?? institution?.id ?? null,
            name: account.institution?.name ?? institution?.name ?? null,
          }
        : null,
  };
}
