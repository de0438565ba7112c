import { decodeJwt } from "jose";
import type { LynxConfig } from "../../config.ts";
import { callUpstream, type UpstreamOptions } from "../http.ts";
import { fail, type Result, succeed } from "../provider.ts";
import { errorCode } from "./map-failure.ts";
import { tokenAnswer } from "./schemas.ts";

/** Neither `expires_in` nor a readable `exp`: short enough to be harmless, long enough to be shared. */
const LIFE_UNKNOWN_MS = 10 * 60_000;

/** `POST {base}/oauth/token`; the audience is the base URL **with** its trailing slash. */
export async function requestLynxToken(
  config: LynxConfig,
  options: Omit<UpstreamOptions, "errorCode">,
): Promise<Result<{ value: string; lifeMs: number }>> {
  const answer = await callUpstream(
    {
      call: "lynx.token",
      method: "POST",
      url: `${config.apiUrl}/oauth/token`,
      headers: {},
      body: JSON.stringify({
        client_id: config.clientId,
        client_secret: config.clientSecret,
        audience: `${config.apiUrl}/`,
        grant_type: "client_credentials",
      }),
    },
    { ...options, errorCode },
  );
  if (answer.kind === "lost")
    return fail(answer.reason === "timeout" ? "provider_timeout" : "provider_unavailable");
  if (answer.status === 429 || answer.status >= 500) {
    return fail("provider_unavailable", "no", answer.retryAfterMs);
  }
  const parsed = tokenAnswer.safeParse(answer.body);
  if (!parsed.success) return fail("provider_misconfigured");
  const { access_token, expires_in } = parsed.data;
  const lifeMs = expires_in !== undefined ? expires_in * 1_000 : lifeFromJwt(access_token, options.now());
  return succeed({ value: access_token, lifeMs });
}

function lifeFromJwt(token: string, nowMs: number): number {
  try {
    const { exp } = decodeJwt(token);
    return exp === undefined ? LIFE_UNKNOWN_MS : Math.max(0, exp * 1_000 - nowMs);
  } catch {
    return LIFE_UNKNOWN_MS;
  }
}
