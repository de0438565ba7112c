/** One real link token per redirect URI, since only the provider knows which are registered. An unused token does no harm. */
import type { DoctorItem } from "../../contract.ts";
import { eagerDelayMs } from "../../ledger/pacing.ts";
import { DOCTOR_LINK_TOKEN_MAX_MS, DOCTOR_LINK_TOKENS_MAX } from "../../limits.ts";
import type { ProblemCode } from "../../problems/registry.ts";
import type { LinkRequest, Provider, ProviderState } from "../../providers/provider.ts";
import { failed, ok, unknown } from "../items.ts";

export interface Trial {
  provider: Pick<Provider, "name" | "prepare">;
  customerId: string;
  redirectUris: readonly string[];
  now: () => number;
  sleep: (ms: number) => Promise<void>;
}

export function tryLinkTokens(trial: Trial): Promise<DoctorItem[]> {
  const { name } = trial.provider;
  const uris = trial.redirectUris.length === 0 ? [null] : trial.redirectUris;
  return Promise.all(
    uris.map(async (redirectUri, index) => {
      const id = `link_token.${name}.${index + 1}`;
      const title = redirectUri === null ? "A link token" : `A link token for redirect URI ${index + 1}`;
      if (index >= DOCTOR_LINK_TOKENS_MAX)
        return unknown(id, title, `Not tried: only the first ${DOCTOR_LINK_TOKENS_MAX} are.`);
      const code = await tryLinkToken(trial, redirectUri);
      return code === null ? ok(id, title) : failed(id, title, advice(name, code));
    }),
  );
}

/** The code of the failure, if there is one. */
async function tryLinkToken(
  { provider, customerId, now, sleep }: Trial,
  redirectUri: string | null,
): Promise<ProblemCode | null> {
  const request: LinkRequest = { customerId, accountId: null, redirectUri, language: "en" };
  const startedAtMs = now();
  const deadlineMs = startedAtMs + DOCTOR_LINK_TOKEN_MAX_MS;
  let providerState: ProviderState | null = null;
  while (now() < deadlineMs) {
    const step = await provider.prepare(request, providerState);
    if (!step.ok) return step.failure.code;
    if (step.value.state === "failed") return step.value.code;
    if (step.value.state === "ready") return null;
    providerState = step.value.providerState;
    await sleep(eagerDelayMs(now() - startedAtMs));
  }
  return "provider_timeout";
}

function advice(name: Provider["name"], code: ProblemCode): string {
  if (code === "provider_timeout") return "It took too long. Try again.";
  const causes = {
    cybrid: "check CYBRID_LINK_CUSTOMIZATION, the key's scope workflows:execute and the bank's country codes",
    lynx: "check LYNX_CLIENT_ORG and LYNX_LINK_TOKEN_PATH",
  };
  return `Rejected with ${code}: check that the redirect URI is registered for this environment, that the customer exists, and ${causes[name]}. The log has the provider's own code.`;
}
