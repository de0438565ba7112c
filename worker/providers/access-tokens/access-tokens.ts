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
  TOKEN_BACKOFF_FIRST_MS,
  TOKEN_BACKOFF_MAX_MS,
  TOKEN_RETRY_AFTER_MAX_MS,
  UNPROVEN_DROPS_MAX,
} from "../../limits.ts";
import { log } from "../../log.ts";
import { type Failure, notDone, type Result, retryAfterMs, succeed } from "../provider.ts";
import { requestAccessToken } from "../registry.ts";
import type { AccessToken, AccessTokenKeeper, TokenDoubt } from "./access-token.ts";

const TOKEN_KEY = "token";
const PAUSES_KEY = "pauses";

/** Kept in storage, since an evicted object loses its memory. */
interface Pauses {
  /** The credentials were rejected: no token call before this time. */
  refusedUntilMs: number;
  /** The token endpoint was unavailable, or asked for a pause: no token call before this time. */
  unavailableUntilMs: number;
  /** How often in a row it was unavailable. */
  failures: number;
  /** When a token was last dropped for a missing scope. */
  scopeDroppedAtMs: number;
  /** The start of the window in which tokens rejected at their first use are counted. */
  unprovenSinceMs: number;
  unprovenDrops: number;
}

const NO_PAUSES: Pauses = {
  refusedUntilMs: 0,
  unavailableUntilMs: 0,
  failures: 0,
  scopeDroppedAtMs: 0,
  unprovenSinceMs: 0,
  unprovenDrops: 0,
};

export class AccessTokens extends DurableObject<ConfigVariables> implements AccessTokenKeeper {
  #request: Promise<Result<AccessToken>> | null = null;

  async get(provider: ProviderName): Promise<Result<AccessToken>> {
    const kept = this.ctx.storage.kv.get<AccessToken>(TOKEN_KEY);
    const now = Date.now();
    if (kept && kept.useUntilMs > now) return succeed(kept);
    const { refusedUntilMs, unavailableUntilMs } = this.#pauses;
    if (refusedUntilMs > now) return notDone("provider_misconfigured");
    if (unavailableUntilMs > now) return notDone("provider_unavailable", unavailableUntilMs - now);
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
    if (!result.ok) return this.#pauseAfter(result.failure);
    if (this.#pauses.failures > 0) this.#pause({ failures: 0 });
    const { value, lifeMs } = result.value;
    // A lifetime shorter than the margin is used for half, instead of not at all.
    const token = { value, useUntilMs: Date.now() + Math.max(lifeMs - ACCESS_TOKEN_MARGIN_MS, lifeMs / 2) };
    this.ctx.storage.kv.put(TOKEN_KEY, token);
    return succeed(token);
  }

  /** For the whole world: whoever asks meanwhile is told how long. */
  #pauseAfter(failure: Failure): Result<never> {
    const { code } = failure;
    const now = Date.now();
    if (code === "provider_misconfigured") {
      this.#pause({ refusedUntilMs: now + CREDENTIALS_REFUSED_RETRY_MS });
      return notDone(code);
    }
    const { failures } = this.#pauses;
    const backoffMs = Math.min(TOKEN_BACKOFF_FIRST_MS * 2 ** failures, TOKEN_BACKOFF_MAX_MS);
    const pauseMs = Math.max(backoffMs, Math.min(retryAfterMs(failure) ?? 0, TOKEN_RETRY_AFTER_MAX_MS));
    this.#pause({ unavailableUntilMs: now + pauseMs, failures: failures + 1 });
    return notDone(code, pauseMs);
  }

  get #pauses(): Pauses {
    return { ...NO_PAUSES, ...this.ctx.storage.kv.get<Partial<Pauses>>(PAUSES_KEY) };
  }

  #pause(change: Partial<Pauses>): void {
    this.ctx.storage.kv.put(PAUSES_KEY, { ...this.#pauses, ...change });
  }
}
