/** One real link token per redirect URI: what only the provider knows to be registered. A token nobody uses does no harm. */
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
        return unknown(id, title, "Not tried: there are too many at once.");
      const code = await tryLinkToken(trial, redirectUri);
      return code === null ? ok(id, title) : failed(id, title, advice(name, code));
    }),
  );
}

/** What went wrong, if anything. */
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
  if (code === "provider_timeout") return "It took too long: try again.";
  const suspects = {
    cybrid: "CYBRID_LINK_CUSTOMIZATION, the key's scope workflows:execute, and the bank's country codes",
    lynx: "LYNX_CLIENT_ORG and LYNX_LINK_TOKEN_PATH",
  };
  return `Refused (${code}): check that the redirect URI is registered for this environment, that the customer exists, ${suspects[name]}. The log has the upstream code.`;
}
