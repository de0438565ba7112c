/** Adds what only Plaid Link's metadata says of an account to what the provider says. Pure. */
import type { Account } from "../contract.ts";
import { plainText } from "../providers/plain-text.ts";
import type { SentAccount } from "./link-record.ts";

/** What only we know of an account. */
export interface KnownDetails {
  name: string | null;
  mask: string | null;
  type: string | null;
  institution: { id: string | null; name: string | null } | null;
}

/** The provider's value wins wherever there is one. */
export function enrich<Read extends Account>(account: Read, known: KnownDetails): Read {
  return {
    ...account,
    name: plainText(account.name ?? known.name),
    mask: account.mask ?? known.mask,
    type: account.type ?? known.type,
    institution: mergeInstitution(account.institution, known.institution),
  };
}

export function detailsOf({ name, selection: { account, institution } }: SentAccount): KnownDetails {
  return {
    name,
    mask: account.mask ?? null,
    type: account.subtype ?? account.type ?? null,
    institution: institution ?? null,
  };
}

function mergeInstitution(
  theirs: Account["institution"],
  ours: Account["institution"],
): Account["institution"] {
  const id = theirs?.id ?? ours?.id ?? null;
  // What the browser calls an institution that the provider knows as another one is not to be shown beside it.
  const isSame = !theirs?.id || theirs.id === ours?.id;
  const name = plainText(theirs?.name ?? (isSame ? (ours?.name ?? null) : null));
  return id || name ? { id, name } : null;
}
