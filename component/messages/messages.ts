/** The texts of <bank-link>: typed, replaceable, and loaded by language when used. */
import type { BankLinkErrorCode } from "../errors.ts";
import { flatAncestors } from "../flat-tree.ts";
import en from "./en.ts";

/** Plain text, no markup. An empty text hides its line. */
export interface Messages {
  /** The button's label. */
  link: string;
  /** The button's label for a refresh. */
  reconnect: string;
  /** The button's label after success. */
  linkAnother: string;
  /** The button's label after a failure. */
  tryAgain: string;

  /** The line beneath the button while the status line is empty. */
  hint: string;

  /** The status line while Plaid Link is loading. */
  preparing: string;
  /** The status line while the account is being created. */
  finalizing: string;
  /** The same, when the provider needs longer. */
  pending: string;
  /** The status line after success. */
  linked: string;
  /** The status line after a refresh. */
  reconnected: string;
  /** `{mask}` is replaced by the last digits of the account number. */
  accountEnding: string;
  /** The status line after the customer has left Plaid Link. */
  canceled: string;
  /** The status line after a failure whose code is not in `errors`. */
  failed: string;
  /** The status line after a failure, by its code. */
  errors: Partial<Record<BankLinkErrorCode, string>>;

  /** What a form shows while the element is `required` and no account is linked. */
  required: string;
}

/** Texts that replace the built-in ones; those left out stay. */
export type MessageOverrides = Partial<Messages>;

// Without a prototype, because `lang` comes from markup and may be "constructor".
const LANGUAGES: Record<string, (() => Promise<{ default: Messages }>) | null> = {
  __proto__: null,
  fr: () => import("./fr.ts"),
  es: () => import("./es.ts"),
  nl: () => import("./nl.ts"),
  de: () => import("./de.ts"),
};

const loaded = new Map<string, Messages>([["en", en]]);

/** The texts for a BCP 47 tag, or English while they load or if there are none. */
export function messagesFor(tag: string): Messages {
  return loaded.get(primary(tag)) ?? en;
}

/** Loads the texts for `messagesFor(tag)`; `null` if there is nothing to load. After a failure they stay English. */
export function loadMessages(tag: string): Promise<void> | null {
  const language = primary(tag);
  const load = LANGUAGES[language];
  if (!load || loaded.has(language)) return null;
  return load().then(
    (module) => void loaded.set(language, module.default),
    () => void loaded.set(language, en),
  );
}

export function withOverrides(base: Messages, override: MessageOverrides | null): Messages {
  return { ...base, ...override, errors: { ...base.errors, ...override?.errors } };
}

/** The nearest `lang`, which decides the language of a text in HTML. */
export function nearestLanguage(element: Element): string {
  for (const { lang } of flatAncestors(element)) if (lang) return lang;
  return "en";
}

function primary(tag: string): string {
  return tag.toLowerCase().replace(/-.*/s, "");
}
