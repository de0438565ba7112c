/** The API as the element calls it, with session token, idempotency keys, time-outs and safe retries. */
import type {
  CreateLink,
  ExitLink,
  FinalizeLink,
  FinalizeRefresh,
  Link,
  Problem,
} from "../../worker/contract.ts";
import { asBankLinkError, BankLinkError, unreachable } from "../errors.ts";
import {
  REQUEST_TIMEOUT_MS,
  RETRIES_BRIEF,
  RETRIES_PATIENT,
  RETRY_FIRST_MS,
  RETRY_MAX_MS,
  WAIT_S,
} from "../limits.ts";
import { delay } from "./delay.ts";
import { pollLink } from "./polling.ts";
import { type SessionSettings, sessionToken } from "./session.ts";

interface RequestOptions {
  path: string;
  /** Makes it a POST. */
  body?: unknown;
  idempotencyKey?: string;
  /** Seconds for which the API may hold its answer. */
  wait?: number;
  /** The request outlives the page. */
  keepalive?: boolean;
  retries?: number;
  signal?: AbortSignal | undefined;
}

export type ApiClient = ReturnType<typeof createClient>;

export function createClient(baseUrl: string, session: SessionSettings) {
  /** Retrying is safe: every request is a read, has an idempotency key, or changes nothing the second time. */
  async function request(options: RequestOptions): Promise<Link> {
    const { retries = RETRIES_BRIEF, signal } = options;
    let rejected: string | undefined;
    for (let tries = 0; ; ) {
      try {
        const token = await sessionToken(session, rejected);
        signal?.throwIfAborted();
        const response = await send(options, token);
        // The token is renewed once; a second 401 is final.
        if (response.status === 401 && !rejected) {
          rejected = token;
          continue;
        }
        const body: unknown = await response.json().catch(() => null);
        if (!response.ok) throw problemError(response, body);
        if (!isLink(body)) throw new BankLinkError("network_error");
        return body;
      } catch (thrown) {
        signal?.throwIfAborted();
        const { code, retryable, retryAfterMs } = asBankLinkError(thrown);
        // The customer can act on these, so they see them at once, unless they have completed Plaid Link.
        const isTheirs = retries === RETRIES_BRIEF && (code === "session_unavailable" || code === "offline");
        // A `Retry-After` longer than a customer waits is an error that they see.
        if (!retryable || isTheirs || tries >= retries || retryAfterMs > RETRY_MAX_MS) throw thrown;
        const backOffMs = Math.min(RETRY_FIRST_MS * 2 ** tries, RETRY_MAX_MS);
        await delay(retryAfterMs > 0 ? retryAfterMs : backOffMs, signal);
        // The first try, whose answer was lost, is still running: that is no failure to count.
        if (code !== "idempotency_in_progress") tries++;
      }
    }
  }

  async function send(options: RequestOptions, token: string): Promise<Response> {
    const { path, body, idempotencyKey, wait = 0, keepalive = false, signal } = options;
    const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
    if (wait) headers.Prefer = `wait=${wait}`;
    if (body) headers["Content-Type"] = "application/json";
    if (idempotencyKey) headers["Idempotency-Key"] = `"${idempotencyKey}"`;
    const timeout = AbortSignal.timeout(wait * 1_000 + REQUEST_TIMEOUT_MS);
    try {
      return await fetch(`${baseUrl}/v1/links${path}`, {
        method: body ? "POST" : "GET",
        headers,
        body: body ? JSON.stringify(body) : null,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        keepalive,
        credentials: "omit",
      });
    } catch {
      signal?.throwIfAborted();
      throw unreachable("network_error");
    }
  }

  function poll(link: Link, status: "preparing" | "finalizing", signal: AbortSignal): Promise<Link> {
    return pollLink(link, status, () => request({ path: `/${link.id}`, wait: WAIT_S, signal }), signal);
  }

  return {
    /** Resolves once the link is no longer `preparing`. */
    async create(body: CreateLink, idempotencyKey: string, signal: AbortSignal): Promise<Link> {
      return poll(
        await request({ path: "", body, idempotencyKey, wait: WAIT_S, signal }),
        "preparing",
        signal,
      );
    },

    /** Resolves once the link is no longer `finalizing`. */
    outcome: (link: Link, signal: AbortSignal) => poll(link, "finalizing", signal),

    link: (id: string, signal?: AbortSignal) => request({ path: `/${id}`, signal }),

    /** The most recently opened link that has not ended. */
    current: (redirectUri: string, signal?: AbortSignal) =>
      request({ path: `/current?redirect_uri=${encodeURIComponent(redirectUri)}`, signal }),

    /** Outlives the page, because a bank's redirect may follow at once. */
    opened: (id: string) => request({ path: `/${id}/open`, body: {}, keepalive: true }),

    exited: (id: string, body: ExitLink) => request({ path: `/${id}/exit`, body, keepalive: true }),

    /** The key belongs to the link, so a second success, a retry and a reload are all the same request. */
    finalize: (id: string, body: FinalizeLink | FinalizeRefresh) =>
      request({
        path: `/${id}/finalize`,
        body,
        idempotencyKey: `finalize-${id}`,
        wait: WAIT_S,
        keepalive: true,
        retries: RETRIES_PATIENT,
      }),
  };
}

/** Whatever else answers in the API's place, such as a proxy, does not send a link's mode. */
function isLink(body: unknown): body is Link {
  return "mode" in Object(body);
}

/** Without a problem document the answer comes from a proxy, so the same request may be tried again. */
function problemError({ headers }: Response, body: unknown): BankLinkError {
  const { code = "internal_error", retryable, request_id }: Partial<Problem> = Object(body);
  return new BankLinkError(code, retryable, request_id, Number(headers.get("Retry-After")) * 1_000);
}
