/** What the page brought along when it loaded: a customer back from a bank, a link that was under way. */

export interface Arrival {
  /** For Plaid: origin, path and `oauth_state_id` alone. `null` when the page was only loaded again. */
  receivedRedirectUri: string | null;
  /** The redirect URI that the link was made with. */
  redirectUri: string;
  /** The link that this tab had opened. */
  linkId: string | null;
}

const KEPT_ID = "bank-link";

/** `null` when the page brought nothing along. */
export function readArrival(href: string, linkId: string | null): Arrival | null {
  const url = new URL(href);
  const state = url.searchParams.get("oauth_state_id");
  if (!state && !linkId) return null;
  const redirectUri = url.origin + url.pathname;
  return {
    redirectUri,
    linkId,
    receivedRedirectUri: state && `${redirectUri}?oauth_state_id=${encodeURIComponent(state)}`,
  };
}

/** A reload of a used return address fails, so it is cleaned; the rest of it, and the router's state, stay. */
export function cleanAddress(): void {
  const cleaned = location.href.replace(/([?&])oauth_state_id=[^&#]*&?/, "$1").replace(/[?&](?=#|$)/, "");
  if (cleaned !== location.href) history.replaceState(history.state, "", cleaned);
}

// The link's id is all that is ever stored, and only for this tab. Storage may be forbidden; then the ledger helps.
function stored<T>(use: (storage: Storage) => T): T | null {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}

export function keptLinkId(): string | null {
  return stored((storage) => storage.getItem(KEPT_ID));
}

export function keepLinkId(id: string): void {
  stored((storage) => storage.setItem(KEPT_ID, id));
}

/** Only its own: another element may have opened a newer link. */
export function forgetLinkId(id: string): void {
  if (keptLinkId() === id) stored((storage) => storage.removeItem(KEPT_ID));
}
