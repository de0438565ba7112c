/** Calls to a provider's API with its access token: renews a refused token once, repeats only what is safe. */
import { READ_ATTEMPTS, RETRY_AFTER_MAX_INLINE_MS, RETRY_BACKOFF_FIRST_MS } from "../limits.ts";
import type { AccessTokenSource } from "./access-tokens/access-token.ts";
import { callUpstream, type UpstreamAnswer, type UpstreamOptions, type UpstreamRequest } from "./http.ts";
import { lose, notDone, type Result, retryAfterMs, succeed } from "./provider.ts";

export interface ApiRequest extends Pick<UpstreamRequest, "call" | "method" | "body"> {
  path: string;
  /** Doing it twice is the same as doing it once, so a lost answer is simply asked for again. */
  repeatable: boolean;
}

/** 2xx, or a 4xx in the provider's own words, which only its own mapping understands. */
export interface ApiAnswer {
  status: number;
  body: unknown;
  sentAtMs: number;
}

export interface AuthorizedApiOptions {
  baseUrl: string;
  headers: Record<string, string>;
  tokens: AccessTokenSource;
  upstream: UpstreamOptions;
  /** Whether an error's body has the provider's documented shape; any other comes from something in between. */
  isOwnError: (body: unknown) => boolean;
  sleep: (ms: number) => Promise<void>;
  random: () => number;
}

export type AuthorizedApi = (request: ApiRequest) => Promise<Result<ApiAnswer>>;

export function createAuthorizedApi(options: AuthorizedApiOptions): AuthorizedApi {
  const { sleep, random } = options;

  return async function call(request) {
    const renewal = { isUsed: false };
    for (let attempt = 1; ; attempt++) {
      const { result, mayHelpToRepeat } = await attemptCall(request, options, renewal);
      if (result.ok || attempt === READ_ATTEMPTS) return result;
      const pauseMs = retryAfterMs(result.failure) ?? 0;
      // What is not repeatable is left to whoever remembers what it has done.
      if (!request.repeatable || !mayHelpToRepeat || pauseMs > RETRY_AFTER_MAX_INLINE_MS) return result;
      const backoffMs = RETRY_BACKOFF_FIRST_MS * 2 ** (attempt - 1) * (0.5 + random());
      await sleep(Math.max(pauseMs, backoffMs));
    }
  };
}

/** `mayHelpToRepeat`: the same call may be answered otherwise in a moment. */
interface Attempt {
  result: Result<ApiAnswer>;
  mayHelpToRepeat: boolean;
}

/** `renewal`: one call renews a refused token once, whatever else it repeats. */
async function attemptCall(
  request: ApiRequest,
  options: AuthorizedApiOptions,
  renewal: { isUsed: boolean },
): Promise<Attempt> {
  for (;;) {
    const token = await options.tokens.get();
    if (!token.ok) return { result: token, mayHelpToRepeat: token.failure.code !== "provider_misconfigured" };
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
    if (doubt && !renewal.isUsed) {
      renewal.isUsed = true;
      if (await options.tokens.drop(token.value, doubt)) continue;
    }
    return toAttempt(answer, sentAtMs, options.isOwnError);
  }
}

/** A refused call did nothing, so it may go out again with a new token. */
function tokenDoubt(status: number) {
  if (status === 401) return "unauthorized" as const;
  if (status === 403) return "scope" as const;
  return null;
}

function toAttempt(
  answer: UpstreamAnswer,
  sentAtMs: number,
  isOwnError: AuthorizedApiOptions["isOwnError"],
): Attempt {
  const repeatable = (result: Result<never>): Attempt => ({ result, mayHelpToRepeat: true });
  const final = (result: Result<ApiAnswer>): Attempt => ({ result, mayHelpToRepeat: false });
  if (answer.kind === "lost") {
    const code = answer.reason === "timeout" ? "provider_timeout" : "provider_unavailable";
    return repeatable(lose(code, { sentAtMs, hasEnded: false }));
  }
  const { status, body, retryAfterMs } = answer;
  const isOwn = isOwnError(body);
  if (status >= 200 && status < 300) return final(succeed({ status, body, sentAtMs }));
  // A 429 without Retry-After is retried after the usual back-off.
  if (status === 429)
    return repeatable(notDone("provider_unavailable", retryAfterMs ?? RETRY_BACKOFF_FIRST_MS));
  // Refused with a token that is new: wrong credentials would have been refused where it was asked for.
  if (status === 401) return final(notDone("provider_unavailable", retryAfterMs));
  // Redirects are not followed.
  if (status < 400) return final(notDone("provider_misconfigured"));
  if (status === 408)
    return repeatable(lose("provider_timeout", { sentAtMs, retryAfterMs, hasEnded: false }));
  // A 500 in the provider's words is its own; any other 5xx may be a gateway's, with the provider still at work behind it.
  if (status >= 500) {
    const hasEnded = status === 500 && isOwn;
    return repeatable(lose("provider_unavailable", { sentAtMs, retryAfterMs, hasEnded }));
  }
  // A firewall's page or a proxy's: the provider has not spoken.
  if (!isOwn) return repeatable(lose("provider_unavailable", { sentAtMs, retryAfterMs, hasEnded: false }));
  if (status === 403) return final(notDone("provider_misconfigured"));
  return final(succeed({ status, body, sentAtMs }));
}
