import { HTTPException } from "hono/http-exception";
import { log } from "../log.ts";
import { type Refusal, RefusalError, toProblem } from "../problems/problem.ts";
import type { AppContext } from "./context.ts";

/** The one place where a refusal becomes problem+json. Any other error is a defect of ours, whose reason is only logged. */
export function handleError(error: Error, c: AppContext): Response {
  const refusal = toRefusal(error);
  if (refusal.code === "internal_error") {
    log("unexpected", { request_id: c.get("requestId"), reason: `${error.name}: ${error.message}` });
  }
  c.set("problemCode", refusal.code);
  const problem = toProblem(refusal, new URL(c.req.url), c.get("requestId"));
  if (refusal.retryAfterS !== undefined) c.header("Retry-After", String(refusal.retryAfterS));
  if (refusal.code === "unauthorized") c.header("WWW-Authenticate", "Bearer");
  return c.body(JSON.stringify(problem), problem.status as 400, {
    "Content-Type": "application/problem+json",
  });
}

function toRefusal(error: Error): Refusal {
  if (error instanceof RefusalError) return error.refusal;
  if (error instanceof HTTPException && error.status === 413) return { code: "payload_too_large" };
  return { code: "internal_error" };
}
