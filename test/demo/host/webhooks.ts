/** The webhooks of bank-link: verified, kept once however often they are delivered, shown to their customer. */
import { Webhook } from "standardwebhooks";
import type { Customer, Provider } from "./sign-ins.ts";

export interface Message {
  id: string;
  type: string;
  timestamp: string;
  data: { customer_id: string; provider: Provider } & Record<string, unknown>;
}

/** Enough for a demo; beyond it, the oldest are dropped. */
const KEPT_MAX = 200;

export class Webhooks {
  readonly #verifier: Webhook | null;
  readonly #messages = new Map<string, Message>();

  constructor(secret: string) {
    this.#verifier = secret ? new Webhook(secret) : null;
  }

  /** Whether it was signed with the secret, and recently. */
  receive(body: string, headers: Record<string, string>): boolean {
    if (!this.#verifier) return false;
    try {
      const message = this.#verifier.verify(body, headers) as Omit<Message, "id">;
      const id = headers["webhook-id"] ?? "";
      // A repeated delivery carries the same id.
      if (!this.#messages.has(id)) this.#messages.set(id, { id, ...message });
    } catch {
      return false;
    }
    const [oldest] = this.#messages.keys();
    if (this.#messages.size > KEPT_MAX && oldest !== undefined) this.#messages.delete(oldest);
    return true;
  }

  /** Oldest first. */
  of({ customerId, provider }: Customer): Message[] {
    return [...this.#messages.values()].filter(
      ({ data }) => data.customer_id === customerId && data.provider === provider,
    );
  }
}
