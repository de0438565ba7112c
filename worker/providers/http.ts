/** One upstream call: with a time-out and a size cap, without redirects, with a tagged answer instead of an exception. */
import { UPSTREAM_BODY_MAX_BYTES } from "../limits.ts";
import { type Log, loggableCode, loggableId } from "../log.ts";
import { withTimeLimit } from "../time-limit.ts";

export interface UpstreamRequest {
  /** For the log, such as "cybrid.create_workflow"; never a URL with ids. */
  call: string;
  method: "GET" | "POST" | "PATCH" | "DELETE";
  url: string;
  headers: Record<string, string>;
  /** Already serialized, so that a repeat is byte for byte the same. */
  body?: string;
}

/**
 * `answered`: the server answered, with any status; `body` is undefined if it was not JSON.
 * `lost`: it is unknown whether the server did the work.
 */
export type UpstreamAnswer =
  | { kind: "answered"; status: number; body: unknown; retryAfterMs: number | null }
  | { kind: "lost"; reason: "timeout" | "network" | "oversized" | "malformed" };

export interface UpstreamOptions {
  fetch: typeof fetch;
  log: Log;
  timeoutMs: number;
  now: () => number;
  /** Reads the upstream's own code from an error body, for the log. */
  errorCode: (body: unknown) => string | undefined;
}

export async function callUpstream(
  request: UpstreamRequest,
  { fetch, log, timeoutMs, now, errorCode }: UpstreamOptions,
): Promise<UpstreamAnswer> {
  const startedAt = now();
  const { answer, upstreamRequestId } = await withTimeLimit(timeoutMs, (signal) =>
    exchange(request, fetch, signal, now),
  );
  log("upstream", {
    method: request.method,
    route: request.call,
    ...(answer.kind === "answered"
      ? {
          upstream_status: answer.status,
          // Also with a 200: Lynx may refuse in one.
          upstream_code: loggableCode(errorCode(answer.body)),
        }
      : { reason: answer.reason }),
    upstream_request_id: upstreamRequestId,
    ms: now() - startedAt,
  });
  return answer;
}

async function exchange(
  request: UpstreamRequest,
  fetch: UpstreamOptions["fetch"],
  signal: AbortSignal,
  now: () => number,
): Promise<{ answer: UpstreamAnswer; upstreamRequestId?: string | undefined }> {
  let upstreamRequestId: string | undefined;
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: {
        Accept: "application/json",
        ...(request.body !== undefined && { "Content-Type": "application/json" }),
        ...request.headers,
      },
      ...(request.body !== undefined && { body: request.body }),
      redirect: "manual",
      signal,
    });
    upstreamRequestId = loggableId(response.headers.get("X-Request-Id"));
    const text = await readCapped(response, UPSTREAM_BODY_MAX_BYTES);
    if (text === null) return { answer: { kind: "lost", reason: "oversized" }, upstreamRequestId };
    const body = parseJson(text);
    // An unreadable success leaves open what was done; of an error the status is enough.
    if (body === undefined && response.ok && text !== "") {
      return { answer: { kind: "lost", reason: "malformed" }, upstreamRequestId };
    }
    return {
      answer: {
        kind: "answered",
        status: response.status,
        body,
        retryAfterMs: parseRetryAfter(response.headers.get("Retry-After"), now()),
      },
      upstreamRequestId,
    };
  } catch {
    // The request may have arrived, whatever fetch throws.
    return { answer: { kind: "lost", reason: signal.aborted ? "timeout" : "network" }, upstreamRequestId };
  }
}

async function readCapped(response: Response, maxBytes: number): Promise<string | null> {
  if (!response.body) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (bytes > maxBytes) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** RFC 9110, 10.2.3: seconds or a date. */
function parseRetryAfter(value: string | null, nowMs: number): number | null {
  if (value === null) return null;
  if (/^\d{1,6}$/.test(value)) return Number(value) * 1_000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
