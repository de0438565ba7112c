/** The go-live checklist: first what can be tried, last what only a person can check. */
import type { Config, Configuration } from "../config.ts";
import type { DoctorItem, ProviderName } from "../contract.ts";
import type { Env } from "../env.ts";
import type { Log } from "../log.ts";
import { accessTokensOf, openProvider } from "../providers/registry.ts";
import { checkOrigins, checkRedirectUris } from "./checks/addresses.ts";
import { checkBindings } from "./checks/bindings.ts";
import { checkConfiguration } from "./checks/configuration.ts";
import { guideRules } from "./checks/guide-rules.ts";
import { tryLinkTokens } from "./checks/link-tokens.ts";
import { checkProvider } from "./checks/provider.ts";
import { checkWebhook } from "./checks/webhook.ts";
import { unknown } from "./items.ts";

export interface ExamineOptions {
  /** The customer to create real link tokens for, if any. */
  customer: { provider: ProviderName; customerId: string } | null;
  /** `null` if no webhook is configured. */
  sendTestWebhook: (() => Promise<boolean>) | null;
  log: Log;
}

export async function examine(
  env: Env,
  configuration: Configuration,
  options: ExamineOptions,
): Promise<DoctorItem[]> {
  const groups = await Promise.all([
    checkConfiguration(configuration),
    checkBindings(env),
    configuration.ok
      ? examineConfigured(env, configuration.config, options)
      : [unknown("providers", "Everything else", "Correct the configuration first.")],
  ]);
  return groups.flat();
}

async function examineConfigured(
  env: Env,
  config: Config,
  { customer, sendTestWebhook, log }: ExamineOptions,
): Promise<DoctorItem[]> {
  const groups = await Promise.all([
    ...config.providers.map((name) =>
      checkProvider(openProvider(config, env, name, log), accessTokensOf(config, env, name)),
    ),
    checkRedirectUris(config),
    checkOrigins(config),
    checkWebhook(sendTestWebhook),
    customer
      ? tryLinkTokens({
          provider: openProvider(config, env, customer.provider, log),
          customerId: customer.customerId,
          redirectUris: config.redirectUris,
          now: Date.now,
          sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        })
      : [],
    guideRules(config),
  ]);
  return groups.flat();
}
