/** The arguments of `onSuccess`. */
import type { Item } from "./backend.ts";
import type { LinkScenario } from "./scenario.ts";

export interface LinkSuccess {
  public_token: string | null;
  metadata: Record<string, unknown>;
}

export function successMetadata(
  item: Item,
  issuedToken: string | null,
  linkSessionId: string,
  scenario: LinkScenario,
): LinkSuccess {
  const public_token = scenario.nullPublicToken ? null : issuedToken;
  const accounts = item.accounts.map(({ id, name, mask, type, subtype }) => ({
    ...(scenario.missingAccountId ? {} : { id }),
    name,
    mask,
    type,
    subtype,
    verification_status: null,
  }));
  const single = accounts.length === 1 ? accounts[0] : undefined;
  return {
    public_token,
    metadata: {
      status: null,
      link_session_id: linkSessionId,
      institution: scenario.nullInstitution
        ? null
        : { name: item.institution.name, institution_id: item.institution.id },
      ...(scenario.legacyAccountOnly ? {} : { accounts }),
      account: single ?? { id: null, name: null, mask: null, type: null, subtype: null },
      account_id: single?.id ?? null,
      transfer_status: null,
      // The real metadata contains it too, so it must never be logged or stored whole.
      public_token,
    },
  };
}
