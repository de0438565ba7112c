/** The request and response headers that the API defines. */
import { IDEMPOTENCY_KEY_MAX_CHARS, WAIT_GET_DEFAULT_S, WAIT_MAX_S, WAIT_POST_DEFAULT_S } from "../limits.ts";

export const requestHeaders = {
  "Idempotency-Key": {
    required: true,
    description: `A new key for each operation, the same key for each retry of it: 1 to ${IDEMPOTENCY_KEY_MAX_CHARS} printable ASCII characters, quoted or bare. Remembered for 24 hours.`,
  },
  Prefer: {
    required: false,
    description: `\`wait=N\` (RFC 7240): how many seconds to wait for the provider before answering, at most ${WAIT_MAX_S}. The default is ${WAIT_POST_DEFAULT_S} for POST and ${WAIT_GET_DEFAULT_S} for GET.`,
  },
} as const;
export type RequestHeader = keyof typeof requestHeaders;

export const responseHeaders = {
  "X-Request-Id": "The caller's, if valid, else a new one. Quote it to support.",
  "Cache-Control": "Always `no-store`.",
  "Retry-After": "Seconds to wait before asking again.",
  "Preference-Applied": "The `wait` that was applied.",
  "Idempotent-Replayed": "`true`: the key was used before, and this is its link in its current state.",
  "WWW-Authenticate": "`Bearer`.",
} as const;
export type ResponseHeader = keyof typeof responseHeaders;

/** On every response. */
export const COMMON_RESPONSE_HEADERS: readonly ResponseHeader[] = ["X-Request-Id", "Cache-Control"];
