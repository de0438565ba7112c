/** What the middleware provides to the routes. */
import type { Context } from "hono";
import type { Config } from "../config.ts";
import type { Env } from "../env.ts";
import { ledgerName, type Owner } from "../ledger/owner.ts";

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
    /** With an API key, on behalf of the owner. */
    callsByKey?: boolean;
    linkId?: string;
    linkSessionId?: string | null | undefined;
    problemCode?: string;
  };
}

export type AppContext = Context<AppEnv>;

/** The customer's ledger: one per customer, provider and environment. */
export function ledgerOf(c: AppContext, owner: Owner = c.get("owner")) {
  return c.env.LEDGER.getByName(ledgerName(owner));
}
