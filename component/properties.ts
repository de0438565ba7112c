/** What frameworks may set on <bank-link>, for the types of their templates. */
import type { BankLinkElement } from "./bank-link-element.ts";

// Mapped from the class, so that an editor shows the docstrings of its properties.
type Properties = Pick<
  BankLinkElement,
  "sessionUrl" | "getSession" | "session" | "refreshAccount" | "redirectUri" | "defaultValue" | "messages"
>;
type SameName = Pick<
  BankLinkElement,
  "api" | "language" | "reference" | "preload" | "multiple" | "name" | "required" | "disabled" | "nonce"
>;

/** Those without an attribute of the same name. */
export type BankLinkProperties = { [Name in keyof Properties]?: Properties[Name] | undefined };

type SameNameAttributes = { [Name in keyof SameName]?: NonNullable<SameName[Name]> | undefined };

/** As in HTML, besides the global attributes. */
export interface BankLinkAttributes extends SameNameAttributes {
  /** {@link BankLinkElement.sessionUrl} */
  "session-url"?: string | undefined;
  /** {@link BankLinkElement.refreshAccount} */
  "refresh-account"?: string | undefined;
  /** {@link BankLinkElement.redirectUri} */
  "redirect-uri"?: string | undefined;
  /** {@link BankLinkElement.defaultValue} */
  value?: string | undefined;
}
