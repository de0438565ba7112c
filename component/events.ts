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
  from: LinkState;
  to: LinkState;
}

/** The element's state has changed. */
export class BankLinkStateChangeEvent extends BankLinkCustomEvent<StateChangeDetail> {
  constructor(detail: StateChangeDetail) {
    super("bank-link-statechange", detail);
  }
}

export interface OpenDetail {
  link_id: string;
}

/** Plaid Link is about to open. Canceled, the element stays `ready`. */
export class BankLinkOpenEvent extends BankLinkCustomEvent<OpenDetail> {
  constructor(detail: OpenDetail) {
    super("bank-link-open", detail, true);
  }
}

export interface PlaidEventDetail {
  /** Plaid adds names without notice; only OPEN EXIT HANDOFF SELECT_INSTITUTION ERROR are stable. */
  name: string;
  metadata: Readonly<Record<string, string>>;
}

/** One of Plaid's own events, with the fields that hold nothing personal. */
export class BankLinkPlaidEvent extends BankLinkCustomEvent<PlaidEventDetail> {
  constructor(detail: PlaidEventDetail) {
    super("bank-link-event", detail);
  }
}

export interface ExitDetail {
  /** `null` when a customer came back from a bank and nothing was waiting for them. */
  link_id: string | null;
  /** Plaid's word for where the customer was. */
  status: string | null;
  error: { type: string; code: string } | null;
  /** What the customer is told. */
  message: string;
}

/** The customer left without linking. */
export class BankLinkExitEvent extends BankLinkCustomEvent<ExitDetail> {
  constructor(detail: ExitDetail) {
    super("bank-link-exit", detail);
  }
}

export interface PendingDetail {
  link_id: string;
}

/** The provider still works on it; the element stays `finalizing`, and the page may go on. */
export class BankLinkPendingEvent extends BankLinkCustomEvent<PendingDetail> {
  constructor(detail: PendingDetail) {
    super("bank-link-pending", detail);
  }
}

export interface SuccessDetail {
  link_id: string;
  mode: LinkMode;
  account: Account | null;
  /** The host's own note, handed back; untrusted unless the session named it. */
  reference: string | null;
}

/** The API said `linked`. */
export class BankLinkSuccessEvent extends BankLinkCustomEvent<SuccessDetail> {
  constructor(detail: SuccessDetail) {
    super("bank-link-success", detail);
  }
}

export interface ErrorDetail {
  code: BankLinkErrorCode;
  /** What the customer is told. */
  message: string;
  retryable: boolean;
  request_id: string | null;
  link_id: string | null;
}

export class BankLinkErrorEvent extends BankLinkCustomEvent<ErrorDetail> {
  constructor(detail: ErrorDetail) {
    super("bank-link-error", detail);
  }
}

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
