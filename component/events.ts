/** The events of <bank-link>: they bubble, cross shadow roots, and never hold a token. */
import type { Account, LinkMode } from "../worker/contract.ts";
import type { BankLinkErrorCode } from "./errors.ts";
import type { LinkState } from "./flow/state.ts";

abstract class BankLinkCustomEvent<Detail> extends CustomEvent<Detail> {
  constructor(type: string, detail: Detail, cancelable = false) {
    super(type, { detail, cancelable, bubbles: true, composed: true });
  }
}

export interface StateChangeDetail {
  /** The state before. */
  from: LinkState;
  /** The state now. */
  to: LinkState;
}

/** The element's state has changed. */
export class BankLinkStateChangeEvent extends BankLinkCustomEvent<StateChangeDetail> {
  constructor(detail: StateChangeDetail) {
    super("bank-link-statechange", detail);
  }
}

export interface OpenDetail {
  /** Id of the link that Plaid Link opens with. */
  link_id: string;
}

/** Plaid Link is about to open. Cancelable: after `preventDefault()` the element stays `ready`. */
export class BankLinkOpenEvent extends BankLinkCustomEvent<OpenDetail> {
  constructor(detail: OpenDetail) {
    super("bank-link-open", detail, true);
  }
}

export interface PlaidEventDetail {
  /** Plaid's name of the event. New ones appear without notice; only OPEN EXIT HANDOFF SELECT_INSTITUTION ERROR are stable. */
  name: string;
  /** The fields of Plaid's metadata that hold nothing personal. */
  metadata: Readonly<Record<string, string>>;
}

/** One of Plaid's own events, without anything personal. Plaid reports most of them only at the end. */
export class BankLinkPlaidEvent extends BankLinkCustomEvent<PlaidEventDetail> {
  constructor(detail: PlaidEventDetail) {
    super("bank-link-event", detail);
  }
}

export interface ExitDetail {
  /** Id of the link; `null` when a customer returned from a bank and no link was waiting for them. */
  link_id: string | null;
  /** Plaid's name for the step that the customer had reached, such as `requires_credentials`. */
  status: string | null;
  /** Plaid's error, when one made the customer leave. */
  error: { type: string; code: string } | null;
  /** The text that the customer reads. */
  message: string;
}

/** The customer left Plaid Link without linking. */
export class BankLinkExitEvent extends BankLinkCustomEvent<ExitDetail> {
  constructor(detail: ExitDetail) {
    super("bank-link-exit", detail);
  }
}

export interface PendingDetail {
  /** Id of the link, by which the page's server can read the outcome later. */
  link_id: string;
}

/** The provider needs longer. The element stays `finalizing`, and the page may let the customer continue. */
export class BankLinkPendingEvent extends BankLinkCustomEvent<PendingDetail> {
  constructor(detail: PendingDetail) {
    super("bank-link-pending", detail);
  }
}

export interface SuccessDetail {
  /** Id of the link. */
  link_id: string;
  /** `refresh` when an existing account was reconnected. */
  mode: LinkMode;
  /** The account; its `id` is `null` where the provider gives none. */
  account: Account;
  /** The page's own note; untrusted unless the session token named it. */
  reference: string | null;
}

/** The account is linked: the provider says that it exists. Never earlier. */
export class BankLinkSuccessEvent extends BankLinkCustomEvent<SuccessDetail> {
  constructor(detail: SuccessDetail) {
    super("bank-link-success", detail);
  }
}

export interface ErrorDetail {
  /** What went wrong: a code of the API, or one that only the browser can know. */
  code: BankLinkErrorCode;
  /** The text that the customer reads. */
  message: string;
  /** Whether the same may succeed later, with nothing changed. */
  retryable: boolean;
  /** The API's id of the failed request, as in its log. */
  request_id: string | null;
  /** Id of the link, if there was one yet. */
  link_id: string | null;
}

/** Linking has failed. The element shows why, and offers to try again. */
export class BankLinkErrorEvent extends BankLinkCustomEvent<ErrorDetail> {
  constructor(detail: ErrorDetail) {
    super("bank-link-error", detail);
  }
}

/** The class of each event, by its name. */
export interface BankLinkEventMap {
  "bank-link-statechange": BankLinkStateChangeEvent;
  "bank-link-open": BankLinkOpenEvent;
  "bank-link-event": BankLinkPlaidEvent;
  "bank-link-exit": BankLinkExitEvent;
  "bank-link-pending": BankLinkPendingEvent;
  "bank-link-success": BankLinkSuccessEvent;
  "bank-link-error": BankLinkErrorEvent;
}

declare global {
  interface GlobalEventHandlersEventMap extends BankLinkEventMap {}
}
