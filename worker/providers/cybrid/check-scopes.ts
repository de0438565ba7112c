/** Which of the key's scopes are there: one read for each that a read can prove. */
import type { CybridConfig } from "../../config.ts";
import type { Result, ScopeCheck } from "../provider.ts";
import { scopesOf } from "./access-token.ts";
import type { CybridApi } from "./api.ts";

/** Of the form of Cybrid's guids, and nobody's. */
const NOBODY = "0".repeat(32);

export async function checkScopes(config: CybridConfig, api: CybridApi): Promise<ScopeCheck[]> {
  const reads: Readonly<Record<string, () => Promise<Result<unknown>>>> = {
    "workflows:read": () => api.peekAtWorkflows(),
    "external_bank_accounts:read": () => api.listRefreshRequired(0),
    "customers:read": () => api.getCustomer(NOBODY),
    "identity_verifications:read": () => api.listOwnershipChecks(NOBODY),
  };
  return Promise.all(
    scopesOf(config)
      .split(" ")
      .map(async (scope) => ({ scope, result: toResult(await reads[scope]?.()) })),
  );
}

/** A refusal for any other reason came after the scope was looked at. */
function toResult(read: Result<unknown> | undefined): ScopeCheck["result"] {
  if (!read) return "unproven";
  if (read.ok) return "granted";
  switch (read.failure.code) {
    case "provider_misconfigured":
      return "missing";
    case "not_found":
    case "provider_rejected":
      return "granted";
    default:
      return "unproven";
  }
}
