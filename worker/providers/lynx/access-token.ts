import { decodeJwt } from "jose";
import type { LynxConfig } from "../../config.ts";
import { callTokenEndpoint } from "../access-tokens/token-endpoint.ts";
import type { UpstreamOptions } from "../http.ts";
import { type Result, succeed } from "../provider.ts";
import { tokenAnswer } from "./schemas.ts";

/** Assumed if there is neither `expires_in` nor a readable `exp`: short enough to be harmless, long enough to be shared. */
const LIFE_UNKNOWN_MS = 10 * 60_000;

/** `POST {base}/oauth/token`; the audience is the base URL **with** its trailing slash. */
export async function requestLynxToken(
  config: LynxConfig,
  options: Omit<UpstreamOptions, "errorCode">,
): Promise<Result<{ value: string; lifeMs: number }>> {
  const answer = await callTokenEndpoint(
    {
      call: "lynx.token",
      url: `${config.apiUrl}/oauth/token`,
      body: {
        client_id: config.clientId,
        client_secret: config.clientSecret,
        audience: `${config.apiUrl}/`,
        grant_type: "client_credentials",
      },
    },
    tokenAnswer,
    options,
  );
  if (!answer.ok) return answer;
  const { access_token, expires_in } = answer.value;
  const lives = [
    expires_in === undefined ? null : expires_in * 1_000,
    lifeFromJwt(access_token, options.now()),
  ];
  // The earlier one counts if both are known.
  const known = lives.filter((lifeMs) => lifeMs !== null);
  return succeed({ value: access_token, lifeMs: known.length > 0 ? Math.min(...known) : LIFE_UNKNOWN_MS });
}

function lifeFromJwt(token: string, nowMs: number): number | null {
  try {
    const { exp } = decodeJwt(token);
    return exp === undefined ? null : Math.max(0, exp * 1_000 - nowMs);
  } catch {
    return null;
  }
}
