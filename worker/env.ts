/** The bindings and variables that wrangler.toml names. config.ts checks the values. */
import type { Sweep, SweepEnv } from "./notify/sweep.ts";
import type { AccessTokens } from "./providers/access-tokens/access-tokens.ts";

export interface Env extends SweepEnv {
  ACCESS_TOKENS: DurableObjectNamespace<AccessTokens>;
  SWEEP: DurableObjectNamespace<Sweep>;
  /** Final outcomes, replayed at the edge. A dedicated namespace, since keys are bare hashes. */
  IDEMPOTENCY: KVNamespace;
  RATE_LIMITER?: RateLimit;
  /** The built element; absent where another server serves it. */
  ASSETS?: Fetcher;
}
