/**
 * Access tokens of the providers: one per provider, environment, client and scope for the whole world.
 * One Durable Object each, so that any load makes one token call per token's lifetime.
 */
import { DurableObject } from "cloudflare:workers";
import { type ConfigVariables, configOf } from "../config.ts";
import type { ProviderName } from "../contract.ts";
import {
  ACCESS_TOKEN_MARGIN_MS,
  CREDENTIALS_REFUSED_RETRY_MS,
  SCOPE_RETRY_MS,
  TOKEN_BACKOFF_FIRST_MS,
  TOKEN_BACKOFF_MAX_MS,
  TOKEN_RETRY_AFTER_MAX_MS,
  UNPROVEN_DROPS_MAX,
} from "../limits.ts";
import { log } from "../log.ts";
import type { AccessToken, TokenDoubt } from "./access-token.ts";
import { type Failure, notDone, type Result, retryAfterMs, succeed } from "./provider.ts";
import { requestAccessToken } from "./registry.ts";

const TOKEN_KEY = "token";
const PAUSES_KEY = "pauses";

/** Kept in storage, since an object that rests forgets what it holds in memory. */
interface Pauses {
  /** The credentials were refused: not asked again before. */
  refusedUntilMs: number;
  /** The token endpoint was unavailable, or asked for a pause: not called again before. */
  unavailableUntilMs: number;
  /** How often in a row it was unavailable. */
  failures: number;
  /** The last token dropped for a missing scope. */
  scopeDroppedAtMs: number;
  /** Tokens refused at their very first use, in the window that began then. */
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

export class AccessTokens extends DurableObject<ConfigVariables> {
  #request: Promise<Result<AccessToken>> | null = null;

  async get(provider: ProviderName): Promise<Result<AccessToken>> {
    const kept = this.ctx.storage.kv.get<AccessToken>(TOKEN_KEY);
    const now = Date.now();
    if (kept && kept.useUntilMs > now) return succeed(kept);
    const { refusedUntilMs, unavailableUntilMs } = this.#pauses;
    if (refusedUntilMs > now) return notDone("provider_misconfigured");
    if (unavailableUntilMs > now) return notDone("provider_unavailable", unavailableUntilMs - now);
    // Everyone who asks meanwhile waits for the same request.
    this.#request ??= this.#renew(provider).finally(() => {
      this.#request = null;
    });
    return await this.#request;
  }

  /** Forgets this token, not one that has replaced it. `isProven`: it has worked before. */
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

  /** New tokens that are all refused would otherwise make a token call for every call. */
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
    // A life shorter than the margin is used for half of it, rather than never.
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
