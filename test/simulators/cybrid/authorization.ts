/** Who may call: a live access token with the scope that the operation needs. */
import { bearerToken, type ProviderRequest } from "../provider-server.ts";
import type { Bank } from "./bank.ts";
import { apiError } from "./errors.ts";

export function authorize({ accessTokens }: Bank, request: ProviderRequest, scope: string): void {
  const token = bearerToken(request);
  if (!token) throw apiError(401, "authentication_malformed", "Authorization header is malformed.");
  const live = accessTokens.live(token);
  if (!live) {
    const message = accessTokens.get(token) ? "Signature has expired" : "Signature verification raised";
    throw apiError(401, "authentication_failed", message);
  }
  if (!live.scopes.includes(scope)) {
    throw apiError(403, "invalid_scopes", `Invalid scopes. Required: ${scope}`);
  }
}
