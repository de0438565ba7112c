/** Whose ledger it is, and what every call to it carries. A leaf: every other file may import it. */
import type { ProviderName } from "../contract.ts";

/** Whose links and accounts a request may touch. */
export interface Owner {
  environment: "sandbox" | "production";
  provider: ProviderName;
  customerId: string;
}

/** One Durable Object per environment, provider and customer. */
export function ledgerName({ environment, provider, customerId }: Owner): string {
  return `${environment}:${provider}:${customerId}`;
}

/** For whom the ledger works, and under which request id it logs. */
export interface Caller {
  owner: Owner;
  requestId: string;
}

/** A request that takes effect once, however often it is sent. */
export interface IdempotentRequest {
  /** SHA-256 of environment, provider, customer, method, path and key. */
  scope: string;
  /** SHA-256 of the validated body. */
  fingerprint: string;
  /** How long its caller waits for the outcome. */
  waitMs: number;
}
