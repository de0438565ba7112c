/** The customers of the stand-in's one bank. */
import { newGuid } from "./guid.ts";

export type CustomerType = "individual" | "business";
export type CustomerState = "storing" | "unverified" | "verified" | "rejected" | "frozen";

export interface Customer {
  guid: string;
  type: CustomerType;
  state: CustomerState;
  createdAtMs: number;
  updatedAtMs: number;
}

export class Customers {
  readonly #customers = new Map<string, Customer>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(added: { type: CustomerType; state?: CustomerState; guid?: string }): string {
    const { type, state = "verified", guid = newGuid() } = added;
    const nowMs = this.#now();
    this.#customers.set(guid, { guid, type, state, createdAtMs: nowMs, updatedAtMs: nowMs });
    return guid;
  }

  get(guid: string): Customer | undefined {
    return this.#customers.get(guid);
  }

  all(): Customer[] {
    return [...this.#customers.values()];
  }

  setState(guid: string, state: CustomerState): void {
    const customer = this.#customers.get(guid);
    if (!customer) throw new Error(`no such customer: ${guid}`);
    customer.state = state;
    customer.updatedAtMs = this.#now();
  }
}
