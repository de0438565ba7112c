/** The texts of <bank-link>: typed, each language loaded on use, everything replaceable. */
import type { BankLinkErrorCode } from "../errors.ts";
import { flatAncestors } from "../flat-tree.ts";
import en from "./en.ts";

/** Plain text, no markup. An empty one hides what it stands for. */
export interface Messages {
  /** Labels of the button. */
  link: string;
  reconnect: string;
  linkAnother: string;
  tryAgain: string;

  /** Beneath the button, before anything has happened. */
  hint: string;

  /** The status line, state by state; while Link is open, Link has the word. */
  preparing: string;
  finalizing: string;
  /** The provider takes its time. */
  pending: string;
  linked: string;
  /** After a refresh. */
  reconnected: string;
  /** `{mask}`: the last digits of the account's number. */
  accountEnding: string;
  canceled: string;
  /** Whatever has no sentence of its own in `errors`. */
  failed: string;
  errors: Partial<Record<BankLinkErrorCode, string>>;

  /** What a form says while `required` is not met. */
  required: string;
}

export type MessageOverrides = Partial<Messages>;

// Without a prototype: `lang` comes from markup and may say "constructor".
const LANGUAGES: Record<string, (() => Promise<{ default: Messages }>) | null> = {
  __proto__: null,
  fr: () => import("./fr.ts"),
  es: () => import("./es.ts"),
  nl: () => import("./nl.ts"),
  de: () => import("./de.ts"),
};

const loaded = new Map<string, Messages>([["en", en]]);

/** The texts of a BCP 47 tag, or English while they load and where there are none. */
export function messagesFor(tag: string): Messages {
  return loaded.get(primary(tag)) ?? en;
}

/** Loads what `messagesFor(tag)` would return; null when there is nothing to wait for. A failure leaves English. */
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

/** The nearest `lang`, as the language of a text is decided in HTML. */
export function nearestLanguage(element: Element): string {
  for (const { lang } of flatAncestors(element)) if (lang) return lang;
  return "en";
}

function primary(tag: string): string {
  return tag.toLowerCase().split("-")[0] ?? "";
}
