/** Who is signed in at the demo: a cookie names a session, the session names a customer. */
import { randomUUID } from "node:crypto";

export type Provider = "cybrid" | "lynx";

export interface Customer {
  label: string;
  provider: Provider;
  /** The provider's own id of them. */
  customerId: string;
}

const COOKIE = "demo_session";

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

  customer(cookies: string | undefined): Customer | undefined {
    return this.#sessions.get(sessionId(cookies));
  }

  /** A visit to the page: signs in the first customer when nobody is; `provider` stays chosen afterwards. */
  enter(cookies: string | undefined, provider: Provider | null): { customer: Customer; cookie?: string } {
    const known = this.customer(cookies);
    const customer = this.#find(provider ?? known?.provider, known?.label) ?? known ?? this.#customers[0];
    if (!customer) throw new Error("the demo has no customers");
    if (known) {
      this.#sessions.set(sessionId(cookies), customer);
      return { customer };
    }
    const id = randomUUID();
    this.#sessions.set(id, customer);
    return { customer, cookie: `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax` };
  }

  switchTo(cookies: string | undefined, label: string): void {
    const customer = this.#find(this.customer(cookies)?.provider, label);
    if (customer) this.#sessions.set(sessionId(cookies), customer);
  }

  #find(provider: Provider | undefined, label: string | undefined): Customer | undefined {
    const atProvider = this.#customers.filter((customer) => !provider || customer.provider === provider);
    return label === undefined ? atProvider[0] : atProvider.find((customer) => customer.label === label);
  }
}

function sessionId(cookies = ""): string {
  return new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(cookies)?.[1] ?? "";
}
