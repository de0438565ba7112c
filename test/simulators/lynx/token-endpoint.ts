/** `POST /oauth/token`: client credentials for an audience that ends in a slash. */
import { type Answer, Refusal, type SimulatorRequest } from "../http.ts";
import type { Organisation } from "./organisation.ts";

export function createAccessToken(organisation: Organisation, request: SimulatorRequest): Answer {
  const { settings, accessTokens } = organisation;
  const body = (request.body ?? {}) as Record<string, unknown>;
  const audience = settings.audience ?? `http://${request.headers.host}/`;
  if (body.grant_type !== "client_credentials") {
    throw refuseToken(400, "unsupported_grant_type", "The grant type is not supported");
  }
  if (body.client_id !== settings.clientId || body.client_secret !== settings.clientSecret) {
    throw refuseToken(401, "access_denied", "Unauthorized");
  }
  if (body.audience !== audience) {
    throw refuseToken(403, "access_denied", `Service not found: ${String(body.audience)}`);
  }
  const claims = { iss: audience, aud: audience, sub: settings.clientId, org: settings.clientOrgName };
  const { jwt, secondsLeft } = accessTokens.issue(
    claims,
    settings.accessTokenLifeS,
    settings.accessTokenRollsS,
  );
  return {
    status: 200,
    body: {
      access_token: jwt,
      token_type: "Bearer",
      ...(settings.expiresIn ? { expires_in: secondsLeft } : {}),
    },
  };
}

/** Undocumented: the shape of RFC 6749, section 5.2. */
function refuseToken(status: number, error: string, description: string): Refusal {
  return new Refusal({ status, body: { error, error_description: description } });
}
