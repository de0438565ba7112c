/** The headers that mean something here, in requests and in answers. */
import { IDEMPOTENCY_KEY_MAX_CHARS, WAIT_GET_DEFAULT_S, WAIT_MAX_S, WAIT_POST_DEFAULT_S } from "../limits.ts";

export const requestHeaders = {
  "Idempotency-Key": {
    required: true,
    description: `A new one for each intent, the same for each repeat of it: 1 to ${IDEMPOTENCY_KEY_MAX_CHARS} printable ASCII characters, quoted or bare, kept for 24 hours.`,
  },
  Prefer: {
    required: false,
    description: `\`wait=N\` (RFC 7240): seconds to hold the answer while the provider works, at most ${WAIT_MAX_S}. Without it POST waits ${WAIT_POST_DEFAULT_S}, GET ${WAIT_GET_DEFAULT_S}.`,
  },
} as const;
export type RequestHeader = keyof typeof requestHeaders;

export const responseHeaders = {
  "X-Request-Id": "The caller's, if sane, else a new one. Name it to support.",
  "Cache-Control": "Always `no-store`.",
  "Retry-After": "Seconds to wait before asking again.",
  "Preference-Applied": "The `wait` that was granted.",
  "Idempotent-Replayed": "`true`: this key had been seen; this is its link, as it now stands.",
  "WWW-Authenticate": "`Bearer`.",
} as const;
export type ResponseHeader = keyof typeof responseHeaders;

/** On every answer. */
export const COMMON_RESPONSE_HEADERS: readonly ResponseHeader[] = ["X-Request-Id", "Cache-Control"];
