/** `POST /oauth/token`: client credentials for an audience that ends in a slash. */
import { randomBytes } from "node:crypto";
import { type Answer, AnswerError } from "../answer.ts";
import type { Issued } from "../issued-tokens.ts";
import type { ProviderRequest } from "../provider-server.ts";
import type { Organisation } from "./organisation.ts";

export function createAccessToken(organisation: Organisation, request: ProviderRequest): Answer {
  const { settings } = organisation;
  const body = (request.body ?? {}) as Record<string, unknown>;
  const audience = settings.audience ?? `http://${request.headers.host}/`;
  if (body.grant_type !== "client_credentials") {
    throw tokenError(400, "unsupported_grant_type", "The grant type is not supported");
  }
  if (body.client_id !== settings.clientId || body.client_secret !== settings.clientSecret) {
    throw tokenError(401, "access_denied", "Unauthorized");
  }
  if (body.audience !== audience) {
    throw tokenError(403, "access_denied", `Service not found: ${String(body.audience)}`);
  }
  const { jwt, expiresAtMs } = currentToken(organisation, audience);
  return {
    status: 200,
    body: {
      access_token: jwt,
      token_type: "Bearer",
      ...(settings.expiresIn && { expires_in: Math.floor((expiresAtMs - organisation.now()) / 1000) }),
    },
  };
}

/** The newest token until shortly before it expires, then a new one. */
function currentToken(
  { settings, accessTokens, now }: Organisation,
  audience: string,
): Issued<{ jwt: string }> {
  const { clientId, clientOrgName, accessTokenLifeS, accessTokenRollsS } = settings;
  const nowMs = now();
  const newest = accessTokens.all().at(-1);
  if (newest && newest.expiresAtMs - nowMs > accessTokenRollsS * 1000) return newest;
  const iat = Math.floor(nowMs / 1000);
  const claims = { iss: audience, aud: audience, sub: clientId, org: clientOrgName };
  const jwt = unverifiableJwt({ ...claims, iat, exp: iat + accessTokenLifeS });
  return accessTokens.issue(jwt, { jwt }, accessTokenLifeS * 1000);
}

/** Nobody checks the signature, so it is random. */
function unverifiableJwt(payload: Record<string, unknown>): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const header = { alg: "RS256", typ: "JWT", kid: "stand-in" };
  return `${encode(header)}.${encode(payload)}.${randomBytes(64).toString("base64url")}`;
}

/** Undocumented: the shape of RFC 6749, section 5.2. */
function tokenError(status: number, error: string, description: string): AnswerError {
  return new AnswerError({ status, body: { error, error_description: description } });
}
