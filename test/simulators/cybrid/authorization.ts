/** Who may call: a live access token with the scope that the operation asks for. */
import { bearerToken, type SimulatorRequest } from "../http.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { refuse } from "./errors.ts";

export function authorize(request: SimulatorRequest, accessTokens: AccessTokens, scope: string): void {
  const token = bearerToken(request);
  if (!token) throw refuse(401, "authentication_malformed", "Authorization header is malformed.");
  const check = accessTokens.check(token);
  if (!check.valid) {
    const message = check.expired ? "Signature has expired" : "Signature verification raised";
    throw refuse(401, "authentication_failed", message);
  }
  if (!check.scopes.has(scope)) {
    throw refuse(403, "invalid_scopes", `Invalid scopes. Required: ${scope}`);
  }
}
