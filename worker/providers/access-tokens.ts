/**
 * Access tokens of the providers: one per provider, environment, client and scope for the whole world.
 * One Durable Object each, so that any load makes one token call per token's lifetime.
 */
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../config.ts";
import type { ProviderName } from "../contract.ts";
import type { Env } from "../env.ts";
import { ACCESS_TOKEN_MARGIN_MS, CREDENTIALS_REFUSED_RETRY_MS, SCOPE_RETRY_MS } from "../limits.ts";
import { log } from "../log.ts";
import type { AccessToken, TokenDoubt } from "./access-token-source.ts";
import { type Result, succeed } from "./provider.ts";
import { requestAccessToken } from "./registry.ts";

const TOKEN_KEY = "token";

export class AccessTokens extends DurableObject<Env> {
  #request: Promise<Result<AccessToken>> | null = null;
  #refused: { untilMs: number; result: Result<never> } | null = null;
  #scopeDroppedAtMs = 0;

  async get(provider: ProviderName): Promise<Result<AccessToken>> {
    const kept = this.ctx.storage.kv.get<AccessToken>(TOKEN_KEY);
    const now = Date.now();
    if (kept && kept.useUntilMs > now) return succeed(kept);
    if (this.#refused && this.#refused.untilMs > now) return this.#refused.result;
    // Everyone who asks meanwhile waits for the same request.
    this.#request ??= this.#renew(provider).finally(() => {
      this.#request = null;
    });
    return await this.#request;
  }

  /** Forgets this token, not one that has replaced it. */
  async drop(value: string, doubt: TokenDoubt): Promise<boolean> {
    const now = Date.now();
    if (this.ctx.storage.kv.get<AccessToken>(TOKEN_KEY)?.value !== value) return true;
    if (doubt === "scope") {
      if (now - this.#scopeDroppedAtMs < SCOPE_RETRY_MS) return false;
      this.#scopeDroppedAtMs = now;
    }
    this.ctx.storage.kv.delete(TOKEN_KEY);
    return true;
  }

  async #renew(provider: ProviderName): Promise<Result<AccessToken>> {
    const result = await requestAccessToken(configOf(this.env), provider, log);
    if (!result.ok) {
      if (result.failure.code === "provider_misconfigured") {
        this.#refused = { untilMs: Date.now() + CREDENTIALS_REFUSED_RETRY_MS, result };
      }
      return result;
    }
    const { value, lifeMs } = result.value;
    // A life shorter than the margin is used for half of it, rather than never.
    const token = { value, useUntilMs: Date.now() + Math.max(lifeMs - ACCESS_TOKEN_MARGIN_MS, lifeMs / 2) };
    this.ctx.storage.kv.put(TOKEN_KEY, token);
    return succeed(token);
  }
}
