/** The package's main entry: classes, events and types, without side effects. `define.ts` registers the element. */
export type { GetSession } from "./api/session.ts";
export { BankLinkElement, type Preload, type PublicLink } from "./bank-link-element.ts";
export type { BankLinkErrorCode } from "./errors.ts";
export * from "./events.ts";
export type { Outcome } from "./flow/progress.ts";
export type { LinkState } from "./flow/state.ts";
export type { MessageOverrides, Messages } from "./messages/messages.ts";
