import type { CybridConfig } from "../../config.ts";
import { callUpstream, type UpstreamOptions } from "../http.ts";
import { fail, type Result, succeed } from "../provider.ts";
import { tokenAnswer, tokenErrorAnswer } from "./schemas.ts";

/** Only what is used: a key that lacks a scope nobody needs still works. */
export function scopesOf(config: CybridConfig): string {
  const scopes = [
    "workflows:execute",
    "workflows:read",
    "external_bank_accounts:execute",
    "external_bank_accounts:read",
    "external_bank_accounts:write",
  ];
  if (config.verifyOwnership) {
    scopes.push("customers:read", "identity_verifications:execute", "identity_verifications:read");
  }
  return scopes.join(" ");
}

/** `POST {identity}/oauth/token`: credentials in a JSON body, no Basic authentication. */
export async function requestCybridToken(
  config: CybridConfig,
  options: Omit<UpstreamOptions, "errorCode">,
): Promise<Result<{ value: string; lifeMs: number }>> {
  const answer = await callUpstream(
    {
      call: "cybrid.token",
      method: "POST",
      url: `${config.identityUrl}/oauth/token`,
      headers: {},
      body: JSON.stringify({
        grant_type: "client_credentials",
        client_id: config.clientId,
        client_secret: config.clientSecret,
        scope: scopesOf(config),
      }),
    },
    { ...options, errorCode: (body) => tokenErrorAnswer.safeParse(body).data?.error },
  );
  // Whatever happened here, nothing has been done to an account.
  if (answer.kind === "lost")
    return fail(answer.reason === "timeout" ? "provider_timeout" : "provider_unavailable");
  if (answer.status === 429 || answer.status >= 500) {
    return fail("provider_unavailable", "no", answer.retryAfterMs);
  }
  const parsed = tokenAnswer.safeParse(answer.body);
  if (!parsed.success) return fail("provider_misconfigured");
  return succeed({ value: parsed.data.access_token, lifeMs: parsed.data.expires_in * 1_000 });
}
