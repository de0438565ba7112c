import type { Answer, SimulatorRequest } from "../../http.ts";
import { type Bank, isoTime } from "../bank.ts";
import { notFound } from "../errors.ts";

export function getCustomer(bank: Bank, request: SimulatorRequest): Answer {
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
