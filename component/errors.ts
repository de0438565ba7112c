/** What can go wrong, as one error with a tag; the sentence that a customer reads comes from messages.ts. */
import type { Link, Problem } from "../worker/contract.ts";

/** What only the browser can know; the rest are the API's own codes. */
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
  /** The same wish may succeed later, with nothing changed. */
  declare readonly retryable: boolean;
  declare readonly requestId: string | null;
  /** The API's Retry-After; 0 when it gave none. */
  declare readonly retryAfterMs: number;

  constructor(code: BankLinkErrorCode, retryable = true, requestId: string | null = null, retryAfterMs = 0) {
    super(code);
    this.code = code;
    this.retryable = retryable;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What did not come, by `code`, unless the browser is offline: then that is what a person should hear. */
export function notReached(code: BrowserCode): BankLinkError {
  return new BankLinkError(navigator.onLine ? code : "offline");
}

/** Anything thrown, as ours. Only the page's own code or a bug throws what is not ours already. */
export function asBankLinkError(thrown: unknown): BankLinkError {
  return thrown instanceof BankLinkError ? thrown : new BankLinkError("internal_error");
}

/**
 * A request that was not accepted. An answer without a problem document comes from something in between, which has no
 * say: the same may be asked again.
 */
export function fromProblem(problem: Partial<Problem>, { headers }: Response): BankLinkError {
  return new BankLinkError(
    problem.code ?? "internal_error",
    problem.retryable,
    problem.request_id,
    Number(headers.get("Retry-After")) * 1_000,
  );
}

/** A link that has ended otherwise than `linked`. */
export function fromLink({ problem }: Link): BankLinkError {
  return new BankLinkError(problem?.code ?? "internal_error", problem?.retryable);
}
