/** The bindings and variables that wrangler.toml names. Values are checked in config.ts. */

import type { Ledger } from "./ledger/ledger.ts";
import type { Sweep } from "./notify/sweep.ts";
import type { AccessTokens } from "./providers/access-tokens.ts";

export interface Env extends Partial<Record<VariableName, string>> {
  LEDGER: DurableObjectNamespace<Ledger>;
  ACCESS_TOKENS: DurableObjectNamespace<AccessTokens>;
  SWEEP: DurableObjectNamespace<Sweep>;
  /** Replays finished outcomes; a namespace of its own, since keys are bare hashes. */
  IDEMPOTENCY: KVNamespace;
  RATE_LIMITER?: RateLimit;
  /** The built elements; absent where another server serves them. */
  ASSETS?: Fetcher;
}

export type VariableName =
  | "PROVIDERS"
  | "ENVIRONMENT"
  | "ALLOWED_ORIGINS"
  | "REDIRECT_URIS"
  | "SESSION_AUDIENCE"
  | "SESSION_CUSTOMER_CLAIM"
  | "SESSION_JWKS_URL"
  | "SESSION_ISSUER"
  | "SESSION_SECRET"
  | "API_KEYS"
  | "CYBRID_API_URL"
  | "CYBRID_IDENTITY_URL"
  | "CYBRID_CLIENT_ID"
  | "CYBRID_CLIENT_SECRET"
  | "CYBRID_LINK_CUSTOMIZATION"
  | "CYBRID_ASSET"
  | "CYBRID_VERIFY_OWNERSHIP"
  | "CYBRID_VERIFY_REFRESH"
  | "LYNX_API_URL"
  | "LYNX_CLIENT_ID"
  | "LYNX_CLIENT_SECRET"
  | "LYNX_CLIENT_ORG"
  | "LYNX_LINK_TOKEN_PATH"
  | "LYNX_LINK_VERIFIED_PATH"
  | "LYNX_ACCOUNTS_PATH"
  | "LYNX_LINK_TOKEN_MINUTES"
  | "UPSTREAM_TIMEOUT_SECONDS"
  | "WEBHOOK_URL"
  | "WEBHOOK_SECRET";
