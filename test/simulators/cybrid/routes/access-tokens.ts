/** `POST /oauth/token`: client credentials, in the body only. */
import { randomBytes } from "node:crypto";
import type { Answer } from "../../answer.ts";
import type { ProviderRequest } from "../../provider-server.ts";
import type { Bank } from "../bank.ts";
import { tokenError } from "../errors.ts";

export function createAccessToken(bank: Bank, request: ProviderRequest): Answer {
  const { settings } = bank;
  const body = (request.body ?? {}) as Record<string, unknown>;
  if (typeof body.grant_type !== "string") {
    throw tokenError(400, "invalid_request", "Missing required parameter: grant_type.");
  }
  if (body.grant_type !== "client_credentials") {
    throw tokenError(
      400,
      "unsupported_grant_type",
      "The authorization grant type is not supported by the authorization server.",
    );
  }
  if (body.client_id !== settings.clientId || body.client_secret !== settings.clientSecret) {
    throw tokenError(
      401,
      "invalid_client",
      "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.",
    );
  }
  const requested = typeof body.scope === "string" ? body.scope.split(" ").filter(Boolean) : [];
  const granted = requested.filter((scope) => settings.grantedScopes.includes(scope));
  if (granted.length < requested.length && settings.excessScopes === "refused") {
    throw tokenError(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.");
  }
  const token = randomBytes(32).toString("base64url");
  bank.accessTokens.issue(token, { scopes: granted }, settings.accessTokenLifeS * 1000);
  return {
    status: 200,
    body: {
      access_token: token,
      token_type: "Bearer",
      expires_in: settings.accessTokenLifeS,
      scope: granted.join(" "),
      created_at: Math.floor(bank.now() / 1000),
    },
  };
}
