/** `POST /oauth/token`: client credentials, in the body only. */
import type { Answer, SimulatorRequest } from "../../http.ts";
import type { Bank } from "../bank.ts";
import { refuseToken } from "../errors.ts";

export function createAccessToken(bank: Bank, request: SimulatorRequest): Answer {
  const { settings } = bank;
  const body = (request.body ?? {}) as Record<string, unknown>;
  if (typeof body.grant_type !== "string") {
    throw refuseToken(400, "invalid_request", "Missing required parameter: grant_type.");
  }
  if (body.grant_type !== "client_credentials") {
    throw refuseToken(
      400,
      "unsupported_grant_type",
      "The authorization grant type is not supported by the authorization server.",
    );
  }
  if (body.client_id !== settings.clientId || body.client_secret !== settings.clientSecret) {
    throw refuseToken(
      401,
      "invalid_client",
      "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.",
    );
  }
  const asked = typeof body.scope === "string" ? body.scope.split(" ").filter(Boolean) : [];
  const granted = asked.filter((scope) => settings.grantedScopes.includes(scope));
  if (granted.length < asked.length && settings.excessScopes === "refused") {
    throw refuseToken(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.");
  }
  return {
    status: 200,
    body: {
      access_token: bank.accessTokens.issue(granted, settings.accessTokenLifeS),
      token_type: "Bearer",
      expires_in: settings.accessTokenLifeS,
      scope: granted.join(" "),
      created_at: Math.floor(bank.now() / 1000),
    },
  };
}
