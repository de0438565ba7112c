/** Reads what Plaid Link reports into the API's shapes. Pure. The raw metadata contains the public token and stays here. */
import type { ExitLink, FinalizeLink, FinalizeRefresh, LinkMode } from "../../worker/contract.ts";
import { BankLinkError } from "../errors.ts";
import type { PlaidError, PlaidExitMetadata, PlaidSuccessMetadata } from "./sdk.ts";

/** A link's public token and its one account; a refresh exchanges neither. */
export function readSuccess(
  mode: LinkMode,
  publicToken: string | null,
  metadata: PlaidSuccessMetadata | null,
): FinalizeLink | FinalizeRefresh | BankLinkError {
  const session = pickTexts(metadata, ["link_session_id"]);
  if (mode === "refresh") return session;

  const accounts = metadata?.accounts ?? [];
  if (accounts.length > 1) return new BankLinkError("multiple_accounts", false);
  const account = accounts[0] ?? metadata?.account;
  const id = account?.id ?? metadata?.account_id;
  if (!publicToken || !id) return new BankLinkError("account_metadata_missing", false);
  const { name, institution_id } = metadata?.institution ?? {};
  return {
    public_token: publicToken,
    account: { id, ...pickTexts(account, ["name", "mask", "type", "subtype"]) },
    institution: name && institution_id ? { id: institution_id, name } : null,
    ...session,
  };
}

export function readExit(error: PlaidError | null, metadata: PlaidExitMetadata | null): ExitLink {
  const code = error?.error_code;
  return {
    ...pickTexts(metadata, ["status", "link_session_id", "request_id"]),
    error: code ? { type: error.error_type || code, code } : null,
  };
}

// Plaid's events also carry routing numbers, account masks and search terms, so only these fields are read.
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
] as const;

export function readEvent(metadata: unknown): Record<string, string> {
  return pickTexts(metadata, HARMLESS);
}

/** Of `fields` those that hold a text that is not empty. */
function pickTexts<Field extends string>(
  source: unknown,
  fields: readonly Field[],
): { [Name in Field]?: string } {
  const values: Record<Field, unknown> = Object(source);
  const texts: { [Name in Field]?: string } = {};
  for (const field of fields) {
    const value = values[field];
    if (typeof value === "string" && value) texts[field] = value;
  }
  return texts;
}
