/** Whether a provider lets us in, and what our key may do there. */
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
  const [id, title] = [`credentials.${name}`, `${LABELS[name]} gives an access token`];
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
        `Grant ${scope} to the key; it must be a key of the bank, not of the organization.`,
      );
    case "unproven":
      return unknown(
        id,
        title,
        "No read proves it: look it up at the key, or link one account by hand. --customer tries workflows:execute.",
      );
  }
}

function credentialsAdvice(name: Provider["name"], code: ProblemCode): string {
  const prefix = name.toUpperCase();
  if (code === "provider_misconfigured") {
    const scopes = name === "cybrid" ? ", and the scopes that the key was granted" : "";
    return `The credentials were refused: check ${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET, that they are of this ENVIRONMENT${scopes}.`;
  }
  const url = name === "cybrid" ? "CYBRID_IDENTITY_URL" : "LYNX_API_URL";
  return `It could not be reached: check ${url}, that the key has no list of allowed IP addresses, and try again.`;
}
