/** Where a provider's API gets its access token: from the one keeper of it, with a copy in this isolate's memory. */
import type { ProviderName } from "../contract.ts";
import type { Env } from "../env.ts";
import { fail, type Result, succeed } from "./provider.ts";

export interface AccessToken {
  value: string;
  /** When to stop using it: the provider's expiry minus a margin. */
  useUntilMs: number;
}

export type TokenDoubt = "unauthorized" | "scope";

/** Where a provider's API gets its token, and says that one does not work. */
export interface AccessTokenSource {
  get(): Promise<Result<string>>;
  /** The token was accepted: should it be refused later, it has ended early. */
  proved(value: string): void;
  /** `false` when a new token would not help yet. */
  drop(value: string, doubt: TokenDoubt): Promise<boolean>;
}

const inIsolate = new Map<string, AccessToken>();
/** The last token of each identity that a provider has accepted here. */
const proven = new Map<string, string>();

export function accessTokenSource(env: Env, provider: ProviderName, identity: string): AccessTokenSource {
  const keeper = () => env.ACCESS_TOKENS.getByName(identity);
  return {
    async get() {
      const copy = inIsolate.get(identity);
      if (copy && copy.useUntilMs > Date.now()) return succeed(copy.value);
      try {
        const result = await keeper().get(provider);
        if (!result.ok) return result;
        inIsolate.set(identity, result.value);
        return succeed(result.value.value);
      } catch {
        // The object moved or was overloaded; nothing has been sent upstream.
        return fail("provider_unavailable");
      }
    },
    proved(value) {
      const copy = inIsolate.get(identity);
      if (copy?.value === value) proven.set(identity, value);
    },
    async drop(value, doubt) {
      if (inIsolate.get(identity)?.value === value) inIsolate.delete(identity);
      try {
        return await keeper().drop(value, doubt, proven.get(identity) === value);
      } catch {
        return false;
      }
    },
  };
}
