/** A provider's access token, and where its API gets one. */
import type { ProviderName } from "../../contract.ts";
import type { Result } from "../provider.ts";

export interface AccessToken {
  value: string;
  /** When to stop using it: the provider's expiry minus a margin. */
  useUntilMs: number;
}

/** Why a token is doubted: it was refused, or a scope is missing in it. */
export type TokenDoubt = "unauthorized" | "scope";

/** The one that asks for a token and keeps it: a Durable Object, called over RPC. */
export interface AccessTokenKeeper {
  get(provider: ProviderName): Promise<Result<AccessToken>>;
  /** Forgets this token, not one that has replaced it. `isProven`: it has worked before. */
  drop(value: string, doubt: TokenDoubt, isProven: boolean): Promise<boolean>;
}

/** Where a provider's API gets its token, and reports one that does not work. */
export interface AccessTokenSource {
  get(): Promise<Result<string>>;
  /** The token was accepted: should it be refused later, it has ended early. */
  proved(value: string): void;
  /** `false` when a new token would not help yet. */
  drop(value: string, doubt: TokenDoubt): Promise<boolean>;
}
