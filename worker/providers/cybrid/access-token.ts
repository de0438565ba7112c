import type { CybridConfig } from "../../config.ts";
import { callTokenEndpoint } from "../access-tokens/token-endpoint.ts";
import type { UpstreamOptions } from "../http.ts";
import { type Result, succeed } from "../provider.ts";
import { tokenAnswer } from "./schemas.ts";

/** Only the scopes in use, so that a key without the others works too. */
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
  const answer = await callTokenEndpoint(
    {
      call: "cybrid.token",
      url: `${config.identityUrl}/oauth/token`,
      body: {
        grant_type: "client_credentials",
        client_id: config.clientId,
        client_secret: config.clientSecret,
        scope: scopesOf(config),
      },
    },
    tokenAnswer,
    options,
  );
  if (!answer.ok) return answer;
  return succeed({ value: answer.value.access_token, lifeMs: answer.value.expires_in * 1_000 });
}
