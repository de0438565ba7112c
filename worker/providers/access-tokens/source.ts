/** The source of a provider's access token: its one keeper, with a copy in this isolate's memory. */
import type { ProviderName } from "../../contract.ts";
import { notDone, succeed } from "../provider.ts";
import type { AccessToken, AccessTokenKeeper, AccessTokenSource } from "./access-token.ts";

/** The binding that a caller of a provider needs. */
export interface AccessTokensBinding {
  ACCESS_TOKENS: { getByName(identity: string): AccessTokenKeeper };
}

const inIsolate = new Map<string, AccessToken>();
/** By identity: the last token that a provider has accepted from this isolate. */
const proven = new Map<string, string>();

export function accessTokenSource(
  env: AccessTokensBinding,
  provider: ProviderName,
  identity: string,
): AccessTokenSource {
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
        return notDone("provider_unavailable");
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
