/** What frameworks may set on <bank-link>, for the types of their templates. */
import type { BankLinkElement, Preload } from "./bank-link-element.ts";

/** As in HTML, beside the global attributes. */
export interface BankLinkAttributes {
  "session-url"?: string | undefined;
  api?: string | undefined;
  "refresh-account"?: string | undefined;
  "redirect-uri"?: string | undefined;
  language?: string | undefined;
  reference?: string | undefined;
  preload?: Preload | undefined;
  multiple?: boolean | undefined;
  name?: string | undefined;
  value?: string | undefined;
  required?: boolean | undefined;
  disabled?: boolean | undefined;
  nonce?: string | undefined;
}

type Settable =
  | "sessionUrl"
  | "getSession"
  | "session"
  | "refreshAccount"
  | "redirectUri"
  | "defaultValue"
  | "messages";

/** Those that no attribute stands for in the same words. */
export type BankLinkProperties = { [Name in Settable]?: BankLinkElement[Name] | undefined };
