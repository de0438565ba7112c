/** Wires the flow to the real API and the real Plaid Link. */
import { type ApiElement, type ApiSettings, apiBaseUrl } from "./api/base-url.ts";
import { createClient } from "./api/client.ts";
import type { SessionSettings } from "./api/session.ts";
import type { FlowServices } from "./flow/host.ts";
import { createHandler } from "./plaid/handler.ts";
import { loadPlaid } from "./plaid/script.ts";

/** Element and settings are read at every call, since a page may set them at any time. */
export function services(
  element: HTMLElement & ApiElement & SessionSettings,
  settings: ApiSettings & { readonly plaidScriptUrl: string },
): FlowServices {
  return {
    api: () => createClient(apiBaseUrl(element, settings), element),
    async loadPlaid() {
      const plaid = await loadPlaid(settings.plaidScriptUrl, element.nonce);
      return (options) => createHandler(plaid, element, options);
    },
  };
}
