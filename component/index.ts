/** The public door: classes, events and types, without any side effect. `define.ts` registers. */
export { BankLinkElement, type Preload, type PublicLink } from "./bank-link-element.ts";
export type { BankLinkErrorCode } from "./errors.ts";
export * from "./events.ts";
export type { Outcome } from "./link-progress.ts";
export type { LinkState } from "./link-state.ts";
export type { MessageOverrides, Messages } from "./messages.ts";
export type { GetSession } from "./session.ts";
