/** The table of operations: route, the scope it needs, its handler. */
import type { Answer } from "../answer.ts";
import type { ProviderRequest, Route } from "../provider-server.ts";
import { authorize } from "./authorization.ts";
import type { Bank } from "./bank.ts";
import { createAccessToken } from "./routes/access-tokens.ts";
import { createExternalBankAccount } from "./routes/create-external-bank-account.ts";
import { getCustomer } from "./routes/customers.ts";
import {
  deleteExternalBankAccount,
  getExternalBankAccount,
  listExternalBankAccounts,
  patchExternalBankAccount,
} from "./routes/external-bank-accounts.ts";
import {
  createIdentityVerification,
  getIdentityVerification,
  listIdentityVerifications,
} from "./routes/identity-verifications.ts";
import { createWorkflow, getWorkflow, listWorkflows } from "./routes/workflows.ts";

type Operation = (bank: Bank, request: ProviderRequest) => Answer;

const operations: [name: string, scope: string | null, operation: Operation][] = [
  ["POST /oauth/token", null, createAccessToken],
  ["POST /api/workflows", "workflows:execute", createWorkflow],
  ["GET /api/workflows", "workflows:read", listWorkflows],
  ["GET /api/workflows/:guid", "workflows:read", getWorkflow],
  ["POST /api/external_bank_accounts", "external_bank_accounts:execute", createExternalBankAccount],
  ["GET /api/external_bank_accounts", "external_bank_accounts:read", listExternalBankAccounts],
  ["GET /api/external_bank_accounts/:guid", "external_bank_accounts:read", getExternalBankAccount],
  ["PATCH /api/external_bank_accounts/:guid", "external_bank_accounts:write", patchExternalBankAccount],
  ["DELETE /api/external_bank_accounts/:guid", "external_bank_accounts:execute", deleteExternalBankAccount],
  ["GET /api/customers/:guid", "customers:read", getCustomer],
  ["POST /api/identity_verifications", "identity_verifications:execute", createIdentityVerification],
  ["GET /api/identity_verifications", "identity_verifications:read", listIdentityVerifications],
  ["GET /api/identity_verifications/:guid", "identity_verifications:read", getIdentityVerification],
];

export function cybridRoutes(bank: Bank): Route[] {
  return operations.map(([name, scope, operation]) => ({
    name,
    handle: (request) => {
      if (scope !== null) authorize(bank, request, scope);
      return operation(bank, request);
    },
  }));
}
