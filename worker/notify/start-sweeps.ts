import { ConfigError, configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { log } from "../log.ts";

/** Woken by cron: one sweep for each provider that knows expired connections, while there is somebody to tell. */
export async function startSweeps(env: Env): Promise<void> {
  try {
    const { environment, providers, webhook } = configOf(env);
    if (!webhook) return;
    // Lynx publishes no update mode, and so no state to look for.
    const swept = providers.filter((name) => name === "cybrid");
    await Promise.all(swept.map((name) => env.SWEEP.getByName(`${environment}:${name}`).start(name)));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log("misconfigured", { variables: error.faults.map(({ variable, reason }) => `${variable} ${reason}`) });
  }
}
