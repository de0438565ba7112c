/** What bank-link tells the host's server: verified, kept once however often it is sent, shown to whom it concerns. */
import type { IncomingHttpHeaders } from "node:http";
import { Webhook } from "standardwebhooks";
import type { Customer, Provider } from "./sign-ins.ts";

export interface Message {
  id: string;
  type: string;
  timestamp: string;
  data: { customer_id: string; provider: Provider } & Record<string, unknown>;
}

/** The demo runs for as long as someone looks at it; the oldest can go. */
const KEPT_MAX = 200;

export class Webhooks {
  readonly #verifier: Webhook | null;
  readonly #messages = new Map<string, Message>();

  constructor(secret: string) {
    this.#verifier = secret ? new Webhook(secret) : null;
  }

  /** Whether it was signed with the secret, and not long ago. */
  take(body: string, headers: IncomingHttpHeaders): boolean {
    if (!this.#verifier) return false;
    try {
      const message = this.#verifier.verify(body, headers as Record<string, string>) as Omit<Message, "id">;
      const id = String(headers["webhook-id"]);
      // Every further try carries the same id.
      if (!this.#messages.has(id)) this.#messages.set(id, { id, ...message });
    } catch {
      return false;
    }
    const [oldest] = this.#messages.keys();
    if (this.#messages.size > KEPT_MAX && oldest !== undefined) this.#messages.delete(oldest);
    return true;
  }

  /** In order of arrival. */
  about({ customerId, provider }: Customer): Message[] {
    return [...this.#messages.values()].filter(
      ({ data }) => data.customer_id === customerId && data.provider === provider,
    );
  }
}
