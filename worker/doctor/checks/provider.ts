/** Whether a provider accepts our credentials, and which scopes the key has. */
import type { DoctorItem } from "../../contract.ts";
import type { ProblemCode } from "../../problems/registry.ts";
import type { AccessTokenSource } from "../../providers/access-tokens/access-token.ts";
import type { Provider, ScopeCheck } from "../../providers/provider.ts";
import { failed, ok, unknown } from "../items.ts";

const LABELS = { cybrid: "Cybrid", lynx: "Lynx" } as const;

export async function checkProvider(
  provider: Pick<Provider, "name" | "checkScopes">,
  tokens: Pick<AccessTokenSource, "get">,
): Promise<DoctorItem[]> {
  const { name } = provider;
  const [id, title] = [`credentials.${name}`, `${LABELS[name]} issues an access token`];
  const token = await tokens.get();
  if (!token.ok) return [failed(id, title, credentialsAdvice(name, token.failure.code))];
  return [ok(id, title), ...(await provider.checkScopes()).map((check) => scopeItem(name, check))];
}

function scopeItem(name: Provider["name"], { scope, result }: ScopeCheck): DoctorItem {
  const [id, title] = [`scope.${name}.${scope}`, `${LABELS[name]}: the key has the scope ${scope}`];
  switch (result) {
    case "granted":
      return ok(id, title);
    case "missing":
      return failed(
        id,
        title,
        `Grant ${scope} to the key, which must be a bank key, not an organization key.`,
      );
    case "unproven":
      return unknown(
        id,
        title,
        "No read-only call can prove it: check the key's scopes at the provider, or link one account by hand. --customer tries workflows:execute.",
      );
  }
}

function credentialsAdvice(name: Provider["name"], code: ProblemCode): string {
  const prefix = name.toUpperCase();
  if (code === "provider_misconfigured") {
    const scopes = name === "cybrid" ? ", and that the key has the scopes below" : "";
    return `The credentials were rejected: check ${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET, that they belong to this ENVIRONMENT${scopes}.`;
  }
  const url = name === "cybrid" ? "CYBRID_IDENTITY_URL" : "LYNX_API_URL";
  return `The provider could not be reached: check ${url}, make sure that the key has no IP allow-list, and try again.`;
}
