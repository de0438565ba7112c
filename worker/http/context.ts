/** What middleware leaves for the routes. */
import type { Context } from "hono";
import type { Config } from "../config.ts";
import type { ProviderName } from "../contract.ts";
import type { Env } from "../env.ts";

/** Whose links and accounts a request may touch. */
export interface Owner {
  environment: Config["environment"];
  provider: ProviderName;
  customerId: string;
}

export interface AppEnv {
  Bindings: Env;
  Variables: {
    config: Config;
    requestId: string;
    /** Set by `requireSession`, or by `requireSessionOrKey` from the query. */
    owner: Owner;
    /** From the session token, when the host put one there. */
    sessionReference: string | null;
    /** For the request's log line. */
    linkId?: string;
    problemCode?: string;
  };
}

export type AppContext = Context<AppEnv>;

/** The customer's ledger: one per customer, provider and environment. */
export function ledgerOf(c: AppContext, owner: Owner = c.get("owner")) {
  return c.env.LEDGER.getByName(ledgerName(owner));
}

export function ledgerName({ environment, provider, customerId }: Owner): string {
  return `${environment}:${provider}:${customerId}`;
}
