/** The bindings and variables that wrangler.toml names. Values are checked in config.ts. */
import type { Sweep, SweepEnv } from "./notify/sweep.ts";
import type { AccessTokens } from "./providers/access-tokens/access-tokens.ts";

export interface Env extends SweepEnv {
  ACCESS_TOKENS: DurableObjectNamespace<AccessTokens>;
  SWEEP: DurableObjectNamespace<Sweep>;
  /** Replays finished outcomes; a namespace of its own, since keys are bare hashes. */
  IDEMPOTENCY: KVNamespace;
  RATE_LIMITER?: RateLimit;
  /** The built elements; absent where another server serves them. */
  ASSETS?: Fetcher;
}
