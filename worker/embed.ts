/**
 * The public entry of `bank-link/worker`, for a Worker of your own: mount the app, export the Durable Objects,
 * and call `startSweeps` from your cron trigger. Bindings and variables are those of this project's wrangler.toml.
 */
export { createApp } from "./app.ts";
export type { Env } from "./env.ts";
export { Ledger } from "./ledger/ledger.ts";
export { startSweeps } from "./notify/start-sweeps.ts";
export { Sweep } from "./notify/sweep.ts";
export { AccessTokens } from "./providers/access-tokens/access-tokens.ts";
