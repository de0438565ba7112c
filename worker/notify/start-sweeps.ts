import { ConfigError, configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { log } from "../log.ts";

/** Called by cron: starts a sweep for each provider that reports expired connections, if there is a webhook to notify. */
export async function startSweeps(env: Env): Promise<void> {
  try {
    const { environment, providers, webhook } = configOf(env);
    if (!webhook) return;
    // Lynx has no update mode, so it has no such state.
    const swept = providers.filter((name) => name === "cybrid");
    await Promise.all(swept.map((name) => env.SWEEP.getByName(`${environment}:${name}`).start(name)));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log("misconfigured", { variables: error.faults.map(({ variable, reason }) => `${variable} ${reason}`) });
  }
}
