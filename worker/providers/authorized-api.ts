/** Calls to a provider's API with its access token: renews a refused token once, repeats only what is safe. */
import { READ_ATTEMPTS, RETRY_AFTER_MAX_INLINE_MS, RETRY_BACKOFF_FIRST_MS } from "../limits.ts";
import type { ProblemCode } from "../problems/registry.ts";
import type { AccessTokenSource } from "./access-tokens/access-token.ts";
import { callUpstream, type UpstreamAnswer, type UpstreamOptions, type UpstreamRequest } from "./http.ts";
import { type Failure, fail, type Result, succeed } from "./provider.ts";

export interface ApiRequest extends Pick<UpstreamRequest, "call" | "method" | "body"> {
  path: string;
  /** Doing it twice is the same as doing it once, so a lost answer is simply asked for again. */
  repeatable: boolean;
}

/** 2xx, or a 4xx that only the provider's own mapping understands. */
export interface ApiAnswer {
  status: number;
  body: unknown;
}

export interface AuthorizedApiOptions {
  baseUrl: string;
  headers: Record<string, string>;
  tokens: AccessTokenSource;
  upstream: UpstreamOptions;
  sleep: (ms: number) => Promise<void>;
  random: () => number;
}

export type AuthorizedApi = (request: ApiRequest) => Promise<Result<ApiAnswer>>;

export function createAuthorizedApi(options: AuthorizedApiOptions): AuthorizedApi {
  const { sleep, random } = options;

  return async function call(request) {
    const renewal = { isUsed: false };
    for (let attempt = 1; ; attempt++) {
      const result = await once(request, options, renewal);
      if (result.ok || attempt === READ_ATTEMPTS) return result;
      const { code, retryAfterMs } = result.failure;
      // What is not repeatable is left to whoever remembers what it has done.
      const mayRepeat =
        request.repeatable && code !== "provider_misconfigured" && !result.failure.unauthorized;
      if (!mayRepeat || (retryAfterMs ?? 0) > RETRY_AFTER_MAX_INLINE_MS) return result;
      const backoffMs = RETRY_BACKOFF_FIRST_MS * 2 ** (attempt - 1) * (0.5 + random());
      await sleep(Math.max(retryAfterMs ?? 0, backoffMs));
    }
  };
}

/** `renewal`: one call renews a refused token once, whatever else it repeats. */
async function once(
  request: ApiRequest,
  options: AuthorizedApiOptions,
  renewal: { isUsed: boolean },
): Promise<Result<ApiAnswer>> {
  for (;;) {
    const token = await options.tokens.get();
    if (!token.ok) return token;
    const sentAtMs = options.upstream.now();
    const answer = await callUpstream(
      {
        call: request.call,
        method: request.method,
        url: options.baseUrl + request.path,
        headers: { ...options.headers, Authorization: `Bearer ${token.value}` },
        ...(request.body !== undefined && { body: request.body }),
      },
      options.upstream,
    );
    if (answer.kind === "answered" && answer.status !== 401) options.tokens.proved(token.value);
    const doubt = answer.kind === "answered" && tokenDoubt(answer.status);
    if (!doubt || renewal.isUsed) return toResult(answer, sentAtMs);
    renewal.isUsed = true;
    if (!(await options.tokens.drop(token.value, doubt))) return toResult(answer, sentAtMs);
  }
}

/** A refused call did nothing, so it may go out again with a new token. */
function tokenDoubt(status: number) {
  if (status === 401) return "unauthorized" as const;
  if (status === 403) return "scope" as const;
  return null;
}

function toResult(answer: UpstreamAnswer, sentAtMs: number): Result<ApiAnswer> {
  const unknown = (code: ProblemCode, rest: Partial<Failure> = {}): Result<never> => ({
    ok: false,
    failure: { code, done: "unknown", sentAtMs, ...rest },
  });
  if (answer.kind === "lost") {
    return unknown(answer.reason === "timeout" ? "provider_timeout" : "provider_unavailable");
  }
  const { status, body, retryAfterMs } = answer;
  // A 429 without Retry-After is retried after the usual back-off.
  if (status === 429) return fail("provider_unavailable", "no", retryAfterMs ?? RETRY_BACKOFF_FIRST_MS);
  if (status === 408) return unknown("provider_timeout", { retryAfterMs });
  // 500 is the provider's own word; the other ones may be a gateway's, with the provider still at work behind it.
  if (status >= 500) return unknown("provider_unavailable", { retryAfterMs, answered: status === 500 });
  // Refused with a token that is new: wrong credentials would have been refused where it was asked for.
  if (status === 401) {
    return {
      ok: false,
      failure: { code: "provider_unavailable", done: "no", retryAfterMs, unauthorized: true },
    };
  }
  // Redirects are not followed: the base URL is wrong.
  if (status === 403 || status < 200 || (status >= 300 && status < 400)) {
    return fail("provider_misconfigured");
  }
  return succeed({ status, body });
}
