/** What Plaid Link reports, read into our shapes. Pure; the raw metadata contains the public token and ends here. */
import type { ExitLink, FinalizeLink, FinalizeRefresh, LinkMode } from "../worker/contract.ts";
import { BankLinkError } from "./errors.ts";

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
  const link_session_id = metadata?.link_session_id || null;
  if (mode === "refresh") return { link_session_id };

  const accounts = metadata?.accounts ?? [];
  if (accounts.length > 1) {
    return new BankLinkError("multiple_accounts");
  }
  const account = accounts[0] ?? metadata?.account;
  const id = account?.id ?? metadata?.account_id;
  if (!publicToken || !id) {
    return new BankLinkError("account_metadata_missing");
  }
  const { name, mask, type, subtype } = account ?? {};
  const { name: bank, institution_id } = metadata?.institution ?? {};
  return {
    public_token: publicToken,
    account: { id, name: name || null, mask: mask || null, type: type || null, subtype: subtype || null },
    institution: bank && institution_id ? { id: institution_id, name: bank } : null,
    link_session_id,
  };
}

export interface PlaidExit {
  report: ExitLink;
  /** Plaid's own sentence for the customer. */
  displayMessage: string | null;
}

export function readExit(error: PlaidError | null, metadata: PlaidExitMetadata | null): PlaidExit {
  const code = error?.error_code;
  return {
    report: {
      status: metadata?.status || null,
      error: code ? { type: error.error_type || code, code } : null,
      link_session_id: metadata?.link_session_id || null,
      request_id: metadata?.request_id || null,
    },
    displayMessage: error?.display_message || null,
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
  const given = Object(metadata) as Record<string, unknown>;
  const passed: Record<string, string> = {};
  for (const field of HARMLESS) {
    const value = given[field];
    if (typeof value === "string" && value !== "") passed[field] = value;
  }
  return passed;
}
