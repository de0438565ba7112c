/** What a test or a person can ask of the Link stand-in beyond the choices that Link's own screens offer. */

export interface LinkScenario {
  /** How an OAuth bank is reached: in a window of its own, or by taking the whole page there and back. */
  oauth: "popup" | "redirect";
  /** `never`: the iframe stays blank, as it does when an ad blocker or a CSP stops it. */
  onLoadDelayMs: number | "never";
  /** How long each answer of Plaid's own server takes. */
  responseDelayMs: number;
  /** How many accounts Link lets the customer choose, and chooses beforehand. */
  accounts: 0 | 1 | 2;
  nullInstitution: boolean;
  nullPublicToken: boolean;
  /** `metadata.accounts[0]` without its id. */
  missingAccountId: boolean;
  /** No `accounts`, only the older `account` and `account_id`. */
  legacyAccountOnly: boolean;
  /** Instead of the sentence that belongs to the error code; `null` is what Plaid sends where it has none. */
  displayMessage: string | null | undefined;
  /** Instead of the place where the customer left; Plaid has more of them than these screens, and new ones come. */
  exitStatus: string | null | undefined;
  /** Event names that no documentation mentions, sent with the rest. */
  unknownEvents: string[];
  /** When the held-back events arrive: Plaid promises no order, and some come after success or exit. */
  eventFlush: "split" | "before" | "after";
  /** Link shows INVALID_LINK_TOKEN on a screen of its own first, instead of leaving at once. */
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
