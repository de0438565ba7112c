/** Session tokens, which name the customer. Pure but for fetching the key set; `now` is passed in. */
import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
  SignJWT,
} from "jose";
import type { SessionConfig } from "../config.ts";
import { createSession, type ProviderName, providerName } from "../contract.ts";
import { CLOCK_SKEW_S, SESSION_MAX_S } from "../limits.ts";

export interface SessionClaims {
  customerId: string;
  /** `null` if the token names none, as a deployment with one provider allows. */
  provider: ProviderName | null;
  /** The only origin the token may be used from. */
  origin: string | null;
  /** The host's own reference; trusted, because the host signed it. */
  reference: string | null;
}

export type SessionVerdict =
  | { ok: true; claims: SessionClaims }
  | { ok: false; reason: "invalid" | "keys_unreachable" };

const INVALID: SessionVerdict = { ok: false, reason: "invalid" };

/** Asymmetric algorithms, taken only with the key set; HS256 only with our own secret (RFC 8725, 3.1). */
const JWKS_ALGORITHMS = ["RS256", "ES256", "EdDSA"];

export async function verifySession(
  token: string,
  config: SessionConfig,
  now: Date,
): Promise<SessionVerdict> {
  const rules: JWTVerifyOptions = {
    audience: config.audience,
    clockTolerance: CLOCK_SKEW_S,
    currentDate: now,
    requiredClaims: ["exp", config.customerClaim],
  };
  try {
    const { alg } = decodeProtectedHeader(token);
    const payload =
      alg === "HS256"
        ? await verifyWithSecrets(token, config, rules)
        : await verifyWithKeySet(token, config, rules);
    return payload ? readClaims(payload, config, now) : INVALID;
  } catch (error) {
    if (error instanceof errors.JWKSTimeout || isFetchFailure(error)) {
      return { ok: false, reason: "keys_unreachable" };
    }
    if (error instanceof errors.JOSEError || error instanceof TypeError) return INVALID;
    throw error;
  }
}

async function verifyWithSecrets(token: string, config: SessionConfig, rules: JWTVerifyOptions) {
  for (const secret of config.secrets) {
    try {
      return (await jwtVerify(token, secret, { ...rules, algorithms: ["HS256"] })).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  return null;
}

const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

async function verifyWithKeySet(token: string, { jwks }: SessionConfig, rules: JWTVerifyOptions) {
  if (!jwks) return null;
  let keySet = keySets.get(jwks.url.href);
  if (!keySet) {
    keySet = createRemoteJWKSet(jwks.url);
    keySets.set(jwks.url.href, keySet);
  }
  const verified = await jwtVerify(token, keySet, {
    ...rules,
    issuer: jwks.issuer,
    algorithms: JWKS_ALGORITHMS,
  });
  return verified.payload;
}

/** jose wraps a bad response of the key set's server in a plain JOSEError, and throws a failed fetch as it is. */
function isFetchFailure(error: unknown): boolean {
  return (
    (error instanceof errors.JOSEError && error.code === "ERR_JOSE_GENERIC") ||
    (error instanceof TypeError && /fetch|network/i.test(error.message)) ||
    (error instanceof Error && error.message === "Network connection lost.")
  );
}

function readClaims(payload: JWTPayload, config: SessionConfig, now: Date): SessionVerdict {
  const longest = now.getTime() / 1_000 + SESSION_MAX_S + CLOCK_SKEW_S;
  if (payload.exp === undefined || payload.exp > longest) return INVALID;
  const shape = createSession.pick({ customer_id: true, origin: true, reference: true });
  const claims = shape.safeParse({
    customer_id: payload[config.customerClaim],
    origin: payload.origin,
    reference: payload.reference,
  });
  const provider = providerName.optional().safeParse(payload.provider);
  if (!claims.success || !provider.success) return INVALID;
  return {
    ok: true,
    claims: {
      customerId: claims.data.customer_id,
      provider: provider.data ?? null,
      origin: claims.data.origin ?? null,
      reference: claims.data.reference ?? null,
    },
  };
}

/** Signs a token with the first secret, which the caller knows to exist. */
export async function signSession(
  claims: SessionClaims,
  config: SessionConfig,
  now: Date,
  lifeS: number,
): Promise<{ token: string; expiresAt: Date }> {
  const [secret] = config.secrets;
  if (!secret) throw new Error("SESSION_SECRET is not set");
  const issuedAtS = Math.floor(now.getTime() / 1_000);
  const expiresAtS = issuedAtS + lifeS;
  const { provider, origin, reference } = claims;
  const token = await new SignJWT({
    [config.customerClaim]: claims.customerId,
    ...(provider && { provider }),
    ...(origin && { origin }),
    ...(reference && { reference }),
  })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setAudience(config.audience)
    .setIssuedAt(issuedAtS)
    .setExpirationTime(expiresAtS)
    .sign(secret);
  return { token, expiresAt: new Date(expiresAtS * 1_000) };
}
