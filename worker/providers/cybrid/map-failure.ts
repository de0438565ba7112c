import type { ApiAnswer } from "../authorized-api.ts";
import { lose, type Result, reject } from "../provider.ts";
import { errorAnswer } from "./schemas.ts";

export function errorCode(body: unknown): string | undefined {
  return errorAnswer.safeParse(body).data?.message_code;
}

/** The documented shape of an error: all three fields are required. */
export function isCybridError(body: unknown): boolean {
  return errorAnswer.safeParse(body).success;
}

/** A 4xx in Cybrid's words that is neither 401, 403, 408 nor 429. */
export function toFailure({ status, body, sentAtMs }: ApiAnswer): Result<never> {
  if (status === 404) return reject("not_found");
  // Cybrid gave up waiting for its own work, which may still be running.
  if (errorCode(body) === "request_timeout") return lose("provider_timeout", { sentAtMs, hasEnded: false });
  return reject("provider_rejected");
}
