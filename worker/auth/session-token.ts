/** Session tokens, which name the customer. Pure but for fetching the key set; `now` is passed in. */
import {
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
import { KeysUnreachableError, RemoteKeySet } from "./key-set.ts";

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
    if (error instanceof KeysUnreachableError) return { ok: false, reason: "keys_unreachable" };
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

const keySets = new Map<string, RemoteKeySet>();

async function verifyWithKeySet(token: string, { jwks }: SessionConfig, rules: JWTVerifyOptions) {
  if (!jwks) return null;
  const keySet = keySetAt(jwks.url);
  const options = { ...rules, issuer: jwks.issuer, algorithms: JWKS_ALGORITHMS };
  try {
    return (await jwtVerify(token, await keySet.current(), options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey) || !(await keySet.renew())) throw error;
    return (await jwtVerify(token, await keySet.current(), options)).payload;
  }
}

/** One for the isolate. */
function keySetAt(url: URL): RemoteKeySet {
  const known = keySets.get(url.href);
  if (known) return known;
  const keySet = new RemoteKeySet(url, {
    fetch: (...args) => fetch(...args),
    now: Date.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  keySets.set(url.href, keySet);
  return keySet;
}

function readClaims(payload: JWTPayload, config: SessionConfig, now: Date): SessionVerdict {
  const longest = now.getTime() / 1_000 + SESSION_MAX_S + CLOCK_SKEW_S;
  if (payload.exp === undefined || payload.exp > longest) return INVALID;
  // A token from the future was made with another clock, or to outlive its key.
  if (payload.iat !== undefined && payload.iat > now.getTime() / 1_000 + CLOCK_SKEW_S) return INVALID;
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
