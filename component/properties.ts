/** What frameworks may set on <bank-link>, for the types of their templates. */
import type { BankLinkElement, Preload } from "./bank-link-element.ts";

/** As in HTML, besides the global attributes. */
export interface BankLinkAttributes {
  /** {@link BankLinkElement.sessionUrl} */
  "session-url"?: string | undefined;
  /** {@link BankLinkElement.api} */
  api?: string | undefined;
  /** {@link BankLinkElement.refreshAccount} */
  "refresh-account"?: string | undefined;
  /** {@link BankLinkElement.redirectUri} */
  "redirect-uri"?: string | undefined;
  /** {@link BankLinkElement.language} */
  language?: string | undefined;
  /** {@link BankLinkElement.reference} */
  reference?: string | undefined;
  /** {@link BankLinkElement.preload} */
  preload?: Preload | undefined;
  /** {@link BankLinkElement.multiple} */
  multiple?: boolean | undefined;
  /** {@link BankLinkElement.name} */
  name?: string | undefined;
  /** {@link BankLinkElement.defaultValue} */
  value?: string | undefined;
  /** {@link BankLinkElement.required} */
  required?: boolean | undefined;
  /** {@link BankLinkElement.disabled} */
  disabled?: boolean | undefined;
  /** The platform's own, given to Plaid's script for a strict Content-Security-Policy. */
  nonce?: string | undefined;
}

/** Properties without an attribute of the same name. */
export interface BankLinkProperties {
  /** {@link BankLinkElement.sessionUrl} */
  sessionUrl?: BankLinkElement["sessionUrl"] | undefined;
  /** {@link BankLinkElement.getSession} */
  getSession?: BankLinkElement["getSession"] | undefined;
  /** {@link BankLinkElement.session} */
  session?: BankLinkElement["session"] | undefined;
  /** {@link BankLinkElement.refreshAccount} */
  refreshAccount?: BankLinkElement["refreshAccount"] | undefined;
  /** {@link BankLinkElement.redirectUri} */
  redirectUri?: BankLinkElement["redirectUri"] | undefined;
  /** {@link BankLinkElement.defaultValue} */
  defaultValue?: BankLinkElement["defaultValue"] | undefined;
  /** {@link BankLinkElement.messages} */
  messages?: BankLinkElement["messages"] | undefined;
}
