import type { Answer } from "../../answer.ts";
import type { ProviderRequest } from "../../provider-server.ts";
import { type Bank, isoTime } from "../bank.ts";
import { apiError, notFound, unprocessable } from "../errors.ts";
import { readFields } from "../fields.ts";
import type { ExpectedBehaviour, IdentityVerification } from "../identity-verifications.ts";
import { listAnswer, readFilter } from "../listing.ts";

const verificationRules = {
  // Cybrid also verifies persons and counterparties, which bank linking does not use.
  type: { required: true, oneOf: ["bank_account"] },
  method: { required: true, oneOf: ["account_ownership"] },
  customer_guid: { required: true, max: 32 },
  external_bank_account_guid: { required: true, max: 32 },
};

const expectedBehaviours = ["passed_immediately", "failed_immediately"];

export function createIdentityVerification(bank: Bank, request: ProviderRequest): Answer {
  const fields = readFields(request.body, verificationRules);
  const expected = readExpectedBehaviour(request.body);
  bank.verifications.advance();
  const customer = bank.customers.get(fields.customer_guid ?? "");
  if (!customer) throw unprocessable("InvalidCustomer - Customer not found", "no_customer");
  if (customer.state !== "verified") {
    throw unprocessable("InvalidCustomer - Customer must be verified");
  }
  const account = bank.accounts.get(fields.external_bank_account_guid ?? "");
  if (account?.customerGuid !== customer.guid || account.state !== "unverified") {
    throw unprocessable("InvalidBankAccount - Invalid bank account to verify");
  }
  const verification = bank.verifications.create(customer.guid, account, expected);
  return { status: 201, body: view(verification) };
}

export function getIdentityVerification(bank: Bank, request: ProviderRequest): Answer {
  const verification = bank.verifications.get(request.params.guid ?? "");
  if (!verification) throw notFound("identity_verification");
  return {
    status: 200,
    body: { ...view(verification), compliance_checks: [], persona_inquiry_id: null, persona_state: null },
  };
}

export function listIdentityVerifications(bank: Bank, { query }: ProviderRequest): Answer {
  const filter = readFilter(query, "guid", "bank_guid", "customer_guid", "state", "type");
  const found = bank.verifications
    .all()
    .filter(
      (verification) =>
        filter.passes("guid", verification.guid) &&
        filter.passes("bank_guid", bank.guid) &&
        filter.passes("customer_guid", verification.customerGuid) &&
        filter.passes("state", verification.state) &&
        filter.passes("type", "bank_account"),
    );
  return listAnswer(query, found, view);
}

function readExpectedBehaviour(body: unknown): ExpectedBehaviour | undefined {
  const wanted = (body as { expected_behaviours?: unknown }).expected_behaviours ?? [];
  if (!Array.isArray(wanted) || wanted.some((behaviour) => !expectedBehaviours.includes(behaviour))) {
    throw apiError(
      400,
      "invalid_value",
      `Invalid value exception. Parameter: expected_behaviours supported values: ${JSON.stringify(expectedBehaviours)}`,
    );
  }
  return wanted[0];
}

function view(verification: IdentityVerification) {
  return {
    guid: verification.guid,
    type: "bank_account",
    method: "account_ownership",
    created_at: isoTime(verification.createdAtMs),
    updated_at: isoTime(verification.updatedAtMs),
    customer_guid: verification.customerGuid,
    counterparty_guid: null,
    external_bank_account_guid: verification.accountGuid,
    state: verification.state,
    outcome: verification.outcome,
    failure_codes: verification.failureCodes,
    compliance_decisions: [],
  };
}
