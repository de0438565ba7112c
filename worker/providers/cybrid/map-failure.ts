import { fail, type Result } from "../provider.ts";
import { errorAnswer } from "./schemas.ts";

export function errorCode(body: unknown): string | undefined {
  return errorAnswer.safeParse(body).data?.message_code;
}

/** A 4xx that is neither 401, 403, 408 nor 429. */
export function toFailure(status: number, body: unknown): Result<never> {
  if (status === 404) return fail("not_found");
  // Cybrid gave up waiting for its own work, which may still go on.
  if (errorCode(body) === "request_timeout") return fail("provider_timeout", "unknown");
  return fail("provider_rejected");
}
