/**
 * The access tokens of the providers: one worldwide per provider, environment, client and scope.
 * Each is kept by a Durable Object of its own, so that any load makes one token call per token's lifetime.
 */
import { DurableObject } from "cloudflare:workers";
import { type ConfigVariables, configOf } from "../../config.ts";
import type { ProviderName } from "../../contract.ts";
import {
  ACCESS_TOKEN_MARGIN_MS,
  CREDENTIALS_REFUSED_RETRY_MS,
  SCOPE_RETRY_MS,
  UNPROVEN_DROPS_MAX,
} from "../../limits.ts";
import { log } from "../../log.ts";
import { notDone, type Result, succeed } from "../provider.ts";
import { requestAccessToken } from "../registry.ts";
import type { AccessToken, AccessTokenKeeper, TokenDoubt } from "./access-token.ts";

const TOKEN_KEY = "token";
const PAUSES_KEY = "pauses";

/** Kept in storage, since an evicted object loses its memory. */
interface Pauses {
  /** The credentials were rejected: no token call before this time. */
  refusedUntilMs: number;
  /** When a token was last dropped for a missing scope. */
  scopeDroppedAtMs: number;
  /** The start of the window in which tokens rejected at their first use are counted. */
  unprovenSinceMs: number;
  unprovenDrops: number;
}

const NO_PAUSES: Pauses = { refusedUntilMs: 0, scopeDroppedAtMs: 0, unprovenSinceMs: 0, unprovenDrops: 0 };

export class AccessTokens extends DurableObject<ConfigVariables> implements AccessTokenKeeper {
  #request: Promise<Result<AccessToken>> | null = null;

  async get(provider: ProviderName): Promise<Result<AccessToken>> {
    const kept = this.ctx.storage.kv.get<AccessToken>(TOKEN_KEY);
    const now = Date.now();
    if (kept && kept.useUntilMs > now) return succeed(kept);
    if (this.#pauses.refusedUntilMs > now) return notDone("provider_misconfigured");
    // Concurrent callers share one request.
    this.#request ??= this.#renew(provider).finally(() => {
      this.#request = null;
    });
    return await this.#request;
  }

  async drop(value: string, doubt: TokenDoubt, isProven: boolean): Promise<boolean> {
    if (this.ctx.storage.kv.get<AccessToken>(TOKEN_KEY)?.value !== value) return true;
    if (doubt === "scope" ? !this.#mayDropForScope() : !isProven && !this.#mayDropUnproven()) return false;
    this.ctx.storage.kv.delete(TOKEN_KEY);
    return true;
  }

  #mayDropForScope(): boolean {
    const now = Date.now();
    if (now - this.#pauses.scopeDroppedAtMs < SCOPE_RETRY_MS) return false;
    this.#pause({ scopeDroppedAtMs: now });
    return true;
  }

  /** Limits the token calls while every new token is rejected. */
  #mayDropUnproven(): boolean {
    const now = Date.now();
    const { unprovenSinceMs, unprovenDrops } = this.#pauses;
    const isNewWindow = now - unprovenSinceMs >= CREDENTIALS_REFUSED_RETRY_MS;
    if (!isNewWindow && unprovenDrops >= UNPROVEN_DROPS_MAX) return false;
    this.#pause(
      isNewWindow ? { unprovenSinceMs: now, unprovenDrops: 1 } : { unprovenDrops: unprovenDrops + 1 },
    );
    return true;
  }

  async #renew(provider: ProviderName): Promise<Result<AccessToken>> {
    const result = await requestAccessToken(configOf(this.env), provider, log);
    if (!result.ok) {
      if (result.failure.code === "provider_misconfigured") {
        this.#pause({ refusedUntilMs: Date.now() + CREDENTIALS_REFUSED_RETRY_MS });
      }
      return result;
    }
    const { value, lifeMs } = result.value;
    // A lifetime shorter than the margin is used for half, instead of not at all.
    const token = { value, useUntilMs: Date.now() + Math.max(lifeMs - ACCESS_TOKEN_MARGIN_MS, lifeMs / 2) };
    this.ctx.storage.kv.put(TOKEN_KEY, token);
    return succeed(token);
  }

  get #pauses(): Pauses {
    return this.ctx.storage.kv.get<Pauses>(PAUSES_KEY) ?? NO_PAUSES;
  }

  #pause(change: Partial<Pauses>): void {
    this.ctx.storage.kv.put(PAUSES_KEY, { ...this.#pauses, ...change });
  }
}
