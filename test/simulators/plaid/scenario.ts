/** How the Link stand-in behaves, beyond the choices that Link's own screens offer. */

export interface LinkScenario {
  /** How an OAuth bank opens: in a pop-up, or by a redirect of the whole page. */
  oauth: "popup" | "redirect";
  /** `never`: the iframe stays blank, as it does when an ad blocker or a CSP stops it. */
  onLoadDelayMs: number | "never";
  /** How long each response of Plaid's own server takes. */
  responseDelayMs: number;
  /** How many accounts the customer can choose, and Link preselects. */
  accounts: 0 | 1 | 2;
  nullInstitution: boolean;
  nullPublicToken: boolean;
  /** `metadata.accounts[0]` without its id. */
  missingAccountId: boolean;
  /** No `accounts`, only the legacy `account` and `account_id`. */
  legacyAccountOnly: boolean;
  /** Replaces the error code's sentence; `null` is what Plaid sends where it has none. */
  displayMessage: string | null | undefined;
  /** Replaces the status of an exit: Plaid has more of them than these screens, and adds new ones. */
  exitStatus: string | null | undefined;
  /** Undocumented event names, sent with the others. */
  unknownEvents: string[];
  /** When buffered events are sent: Plaid guarantees no order, and some follow success or exit. */
  eventFlush: "split" | "before" | "after";
  /** Link shows INVALID_LINK_TOKEN on a screen of its own first, instead of exiting at once. */
  invalidTokenScreen: boolean;
}

export function defaultScenario(): LinkScenario {
  return {
    oauth: "popup",
    onLoadDelayMs: 0,
    responseDelayMs: 0,
    accounts: 1,
    nullInstitution: false,
    nullPublicToken: false,
    missingAccountId: false,
    legacyAccountOnly: false,
    displayMessage: undefined,
    exitStatus: undefined,
    unknownEvents: [],
    eventFlush: "split",
    invalidTokenScreen: false,
  };
}
