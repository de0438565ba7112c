/** The Idempotency-Key header: a structured-field string (IETF draft-ietf-httpapi-idempotency-key-header), or bare. */
import { IDEMPOTENCY_KEY_MAX_CHARS } from "../limits.ts";
import { refuse } from "../problems/problem.ts";

/** @throws RefusalError if the header is missing or invalid. */
export function parseIdempotencyKey(header: string | undefined): string {
  if (header === undefined || header.trim() === "") refuse("idempotency_key_missing");
  const text = header.trim();
  // RFC 8941, 3.3.3: printable ASCII, with \" and \\ escaped.
  const quoted = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/.exec(text)?.[1]?.replace(/\\(["\\])/g, "$1");
  const key = quoted ?? (/^[!#-~][ !#-~]*$/.test(text) ? text : "");
  if (key === "" || key.length > IDEMPOTENCY_KEY_MAX_CHARS) {
    refuse("invalid_request", {
      detail: `Idempotency-Key must have 1 to ${IDEMPOTENCY_KEY_MAX_CHARS} printable ASCII characters, quoted or bare.`,
    });
  }
  return key;
}
