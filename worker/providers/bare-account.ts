import type { Account } from "../contract.ts";

/** An account of which only these fields are known. */
export function bareAccount(known: Pick<Account, "id" | "provider" | "status"> & Partial<Account>): Account {
  return {
    name: null,
    mask: null,
    type: null,
    asset: null,
    institution: null,
    failure_code: null,
    created_at: null,
    updated_at: null,
    ...known,
  };
}
