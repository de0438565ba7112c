import type { Answer } from "../../answer.ts";
import type { ProviderRequest } from "../../provider-server.ts";
import { type Bank, isoTime } from "../bank.ts";
import { notFound } from "../errors.ts";

export function getCustomer(bank: Bank, request: ProviderRequest): Answer {
  const customer = bank.customers.get(request.params.guid ?? "");
  if (!customer) throw notFound("customer");
  return {
    status: 200,
    body: {
      guid: customer.guid,
      bank_guid: bank.guid,
      type: customer.type,
      state: customer.state,
      created_at: isoTime(customer.createdAtMs),
      updated_at: isoTime(customer.updatedAtMs),
      compliance_decisions: [],
      activity_limits: [],
    },
  };
}
