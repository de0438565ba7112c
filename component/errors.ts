/** What can go wrong, as one error with a code. The text that the customer reads comes from messages/. */
import type { Problem } from "../worker/contract.ts";

/** What only the browser can know; the other codes are the API's own. */
export type BrowserCode =
  | "script_blocked"
  | "script_timeout"
  | "link_timeout"
  | "offline"
  | "network_error"
  | "session_unavailable"
  | "api_missing"
  | "api_not_allowed";

export type BankLinkErrorCode = Problem["code"] | BrowserCode;

export class BankLinkError extends Error {
  declare readonly code: BankLinkErrorCode;
  /** The same request may succeed later, unchanged. */
  declare readonly retryable: boolean;
  declare readonly requestId: string | null;
  /** The API's `Retry-After`; not above 0 when it gave no seconds. */
  declare readonly retryAfterMs: number;

  constructor(code: BankLinkErrorCode, retryable = true, requestId: string | null = null, retryAfterMs = 0) {
    super(code);
    this.code = code;
    this.retryable = retryable;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }
}

/** For a request without an answer: `code`, or `offline` if the browser is. */
export function unreachable(code: BrowserCode): BankLinkError {
  return new BankLinkError(navigator.onLine ? code : "offline");
}

/** Anything thrown, as a BankLinkError. Only a bug throws anything else. */
export function asBankLinkError(thrown: unknown): BankLinkError {
  return thrown instanceof BankLinkError ? thrown : new BankLinkError("internal_error");
}
