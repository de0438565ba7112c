/** What Plaid Link reports, read into our shapes. Pure; the raw metadata contains the public token and ends here. */
import type { ExitLink, FinalizeLink, FinalizeRefresh, LinkMode } from "../../worker/contract.ts";
import { BankLinkError } from "../errors.ts";

/** As the types of Plaid say, with everything in doubt. */
export interface PlaidSuccessMetadata {
  institution?: { name?: string; institution_id?: string } | null;
  accounts?: PlaidAccount[];
  /** Legacy, and empty when several accounts were chosen. */
  account?: PlaidAccount | null;
  account_id?: string | null;
  link_session_id?: string;
}

interface PlaidAccount {
  id?: string | null;
  name?: string | null;
  mask?: string | null;
  type?: string | null;
  subtype?: string | null;
}

export interface PlaidError {
  error_type?: string;
  error_code?: string;
  /** For the customer to read. */
  display_message?: string | null;
}

export interface PlaidExitMetadata {
  status?: string | null;
  link_session_id?: string;
  request_id?: string;
}

/** A link's public token and its one account; of a refresh nothing is exchanged again. */
export function readSuccess(
  mode: LinkMode,
  publicToken: string | null,
  metadata: PlaidSuccessMetadata | null,
): FinalizeLink | FinalizeRefresh | BankLinkError {
  const session = texts(metadata, ["link_session_id"]);
  if (mode === "refresh") return session;

  const accounts = metadata?.accounts ?? [];
  if (accounts.length > 1) return new BankLinkError("multiple_accounts", false);
  const account = accounts[0] ?? metadata?.account;
  const id = account?.id ?? metadata?.account_id;
  if (!publicToken || !id) return new BankLinkError("account_metadata_missing", false);
  const { name, institution_id } = metadata?.institution ?? {};
  return {
    public_token: publicToken,
    account: { id, ...texts(account, ["name", "mask", "type", "subtype"]) },
    institution: name && institution_id ? { id: institution_id, name } : null,
    ...session,
  };
}

export function readExit(error: PlaidError | null, metadata: PlaidExitMetadata | null): ExitLink {
  const code = error?.error_code;
  return {
    ...texts(metadata, ["status", "link_session_id", "request_id"]),
    error: code ? { type: error.error_type || code, code } : null,
  };
}

// Plaid's events also carry routing numbers, masks and what was searched for, so only these pass.
const HARMLESS = [
  "error_code",
  "error_type",
  "exit_status",
  "institution_id",
  "institution_name",
  "link_session_id",
  "mfa_type",
  "request_id",
  "timestamp",
  "view_name",
];

export function readEvent(metadata: unknown): Record<string, string> {
  return texts(metadata, HARMLESS) as Record<string, string>;
}

/** Of `fields` those that say something. */
function texts<Field extends string>(
  given: unknown,
  fields: readonly Field[],
): Partial<Record<Field, string>> {
  const values = Object(given) as Record<Field, unknown>;
  const said: Partial<Record<Field, string>> = {};
  for (const field of fields) {
    const value = values[field];
    if (typeof value === "string" && value) said[field] = value;
  }
  return said;
}
