/** Failures are tagged values inside; this is the one place that turns them into problem+json. */
import type { LinkProblem, Problem } from "../contract.ts";
import { PROBLEMS, type ProblemCode } from "./registry.ts";
import { problemSlug } from "./slug.ts";

/** Why a request was not accepted: what the caller may see, nothing from upstream. */
export interface Refusal {
  code: ProblemCode;
  detail?: string;
  retryAfterS?: number;
  errors?: { detail: string; pointer: string }[];
}

/** Thrown by routes and middleware, caught by the app's one error handler. */
export class RefusalError extends Error {
  override readonly name = "RefusalError";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/** @throws RefusalError always */
export function refuse(code: ProblemCode, rest: Omit<Refusal, "code"> = {}): never {
  refuseWith({ code, ...rest });
}

/** With a refusal that is there already, such as the ledger's. @throws RefusalError always */
export function refuseWith(refusal: Refusal): never {
  throw new RefusalError(refusal);
}

/** `url`: of the request; problem types live under the API's own origin. */
export function toProblem(refusal: Refusal, url: URL, requestId: string): Problem {
  const kind = PROBLEMS[refusal.code];
  return {
    type: `${url.origin}/problems/${problemSlug(refusal.code)}`,
    title: kind.title,
    // Codes without a status of their own appear only inside a link, never here.
    status: kind.status ?? 500,
    detail: refusal.detail ?? kind.detail,
    instance: url.pathname,
    code: refusal.code,
    retryable: kind.retryable,
    request_id: requestId,
    ...(refusal.errors && { errors: refusal.errors }),
  };
}

export function toLinkProblem(code: ProblemCode, detail?: string): LinkProblem {
  const { title, retryable, detail: usual } = PROBLEMS[code];
  return { code, title, detail: detail ?? usual, retryable };
}
