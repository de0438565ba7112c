/** The Worker's entry. */
import { createApp } from "./app.ts";
import type { Env } from "./env.ts";
import { startSweeps } from "./notify/start-sweeps.ts";

export { Ledger } from "./ledger/ledger.ts";
export { Sweep } from "./notify/sweep.ts";
export { AccessTokens } from "./providers/access-tokens/access-tokens.ts";

const app = createApp();

export default {
  fetch: app.fetch,
  scheduled: (_event, env) => startSweeps(env),
} satisfies ExportedHandler<Env>;
