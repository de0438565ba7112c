/** Who is signed in at the demo: a session id, kept in a cookie, stands for a customer. */
import { randomUUID } from "node:crypto";

export type Provider = "cybrid" | "lynx";

export interface Customer {
  label: string;
  provider: Provider;
  /** The provider's own id of them. */
  customerId: string;
}

export class SignIns {
  readonly #customers: Customer[];
  readonly #sessions = new Map<string, Customer>();

  constructor(customers: Customer[]) {
    this.#customers = customers;
  }

  get providers(): Provider[] {
    return [...new Set(this.#customers.map(({ provider }) => provider))];
  }

  labels(provider: Provider): string[] {
    return this.#customers.filter((customer) => customer.provider === provider).map(({ label }) => label);
  }

  customer(session = ""): Customer | undefined {
    return this.#sessions.get(session);
  }

  /** A visit to the page: signs in the first customer when nobody is signed in; `provider` is remembered. */
  enter(session = "", provider?: string): { session: string; customer: Customer } {
    const known = this.customer(session);
    const customer = this.#find(provider ?? known?.provider, known?.label) ?? known ?? this.#customers[0];
    if (!customer) throw new Error("the demo has no customers");
    const id = known ? session : randomUUID();
    this.#sessions.set(id, customer);
    return { session: id, customer };
  }

  switchTo(label: string, session = ""): void {
    const customer = this.#find(this.customer(session)?.provider, label);
    if (customer) this.#sessions.set(session, customer);
  }

  #find(provider: string | undefined, label: string | undefined): Customer | undefined {
    const atProvider = this.#customers.filter((customer) => !provider || customer.provider === provider);
    return label === undefined ? atProvider[0] : atProvider.find((customer) => customer.label === label);
  }
}
