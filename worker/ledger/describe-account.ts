import type { Account } from "../contract.ts";
import type { Selection } from "../providers/provider.ts";
import type { KnownAccount } from "./store.ts";

/** The provider's account, with what only Link has told us where the provider says nothing. */
export function describeAccount(
  account: Account,
  { account: chosen, institution }: Selection,
  sentName: string,
): Account {
  return {
    ...account,
    name: account.name ?? sentName,
    mask: account.mask ?? chosen.mask ?? null,
    type: account.type ?? chosen.subtype ?? chosen.type ?? null,
    institution: mergeInstitution(account.institution, institution),
  };
}

/** The same later, from what is kept for as long as the account lives. */
export function recallAccount(account: Account, known: KnownAccount): Account {
  const institution = { id: known.institutionId, name: known.institutionName };
  return {
    ...account,
    type: account.type ?? known.type,
    institution: mergeInstitution(account.institution, institution),
  };
}

function mergeInstitution(
  theirs: Account["institution"],
  ours: Account["institution"] | undefined,
): Account["institution"] {
  const id = theirs?.id ?? ours?.id ?? null;
  const name = theirs?.name ?? ours?.name ?? null;
  return id || name ? { id, name } : null;
}
