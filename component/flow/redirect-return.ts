/** What the page was loaded with: a bank's redirect return, or the id of a link that was in progress. */
export interface RedirectReturn {
  /** For Plaid: origin, path and `oauth_state_id` alone. `null` when the page was only reloaded. */
  receivedRedirectUri: string | null;
  /** The redirect URI that the link was created with. */
  redirectUri: string;
  /** The link that this tab had opened. */
  linkId: string | null;
}

/** `null` when there is nothing to resume. */
export function readRedirectReturn(href: string, linkId: string | null): RedirectReturn | null {
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

/** Reloading a used return address fails, so `oauth_state_id` is removed. The router's state and the rest stay. */
export function cleanAddress(): void {
  const cleaned = location.href.replace(/([?&])oauth_state_id=[^&#]*&?/, "$1").replace(/[?&](?=#|$)/, "");
  if (cleaned !== location.href) history.replaceState(history.state, "", cleaned);
}
