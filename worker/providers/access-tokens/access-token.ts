/** A provider's access token, its keeper, and the source that the provider's API gets it from. */
import type { ProviderName } from "../../contract.ts";
import type { Result } from "../provider.ts";

export interface AccessToken {
  value: string;
  /** When to stop using it: the provider's expiry minus a margin. */
  useUntilMs: number;
}

/** Why a token is doubted: it was rejected, or it lacks a scope. */
export type TokenDoubt = "unauthorized" | "scope";

/** Requests a token and keeps it: a Durable Object, called over RPC. */
export interface AccessTokenKeeper {
  get(provider: ProviderName): Promise<Result<AccessToken>>;
  /** Forgets this token, not one that has replaced it. `isProven`: it has worked before. `false`: a new one would not help yet. */
  drop(value: string, doubt: TokenDoubt, isProven: boolean): Promise<boolean>;
}

/** Where a provider's API gets its token, and reports one that does not work. */
export interface AccessTokenSource {
  get(): Promise<Result<string>>;
  /** The token was accepted: if it is rejected later, it has expired early. */
  proved(value: string): void;
  /** `false`: a new token would not help yet. */
  drop(value: string, doubt: TokenDoubt): Promise<boolean>;
}
