/** The API as the element calls it: session, keys, waiting, retries where they are safe, problems as errors. */
import type { CreateLink, ExitLink, FinalizeLink, FinalizeRefresh, Link } from "../../worker/contract.ts";
import { BankLinkError, fromProblem, notReached } from "../errors.ts";
import {
  REQUEST_TIMEOUT_MS,
  RETRIES_BRIEF,
  RETRIES_PATIENT,
  RETRY_FIRST_MS,
  RETRY_MAX_MS,
  WAIT_S,
} from "../limits.ts";
import { delay } from "./delay.ts";
import { type SessionSettings, sessionToken } from "./session.ts";

interface Request {
  path: string;
  /** With a body it is a POST. */
  body?: unknown;
  idempotencyKey?: string;
  /** Seconds for which the API may hold its answer. */
  wait?: number;
  /** The request outlives the page. */
  keepalive?: boolean;
  retries?: number;
  signal?: AbortSignal | undefined;
}

export class ApiClient {
  readonly #base: string;
  readonly #session: SessionSettings;

  constructor(base: string, session: SessionSettings) {
    this.#base = base;
    this.#session = session;
  }

  createLink(body: CreateLink, idempotencyKey: string, signal: AbortSignal): Promise<Link> {
    return this.#call({ path: "", body, idempotencyKey, wait: WAIT_S, signal });
  }

  /** Holds while the link is `preparing` or `finalizing`. */
  link(id: string, signal?: AbortSignal, wait = WAIT_S): Promise<Link> {
    return this.#call({ path: `/${id}`, wait, signal });
  }

  /** The most recently opened link that is not at its end. */
  currentLink(redirectUri: string, signal?: AbortSignal): Promise<Link> {
    return this.#call({ path: `/current?redirect_uri=${encodeURIComponent(redirectUri)}`, signal });
  }

  /** Also outlives the page: a bank's redirect may follow at once. */
  opened(id: string): Promise<Link> {
    return this.#call({ path: `/${id}/open`, body: {}, keepalive: true });
  }

  exited(id: string, body: ExitLink): Promise<Link> {
    return this.#call({ path: `/${id}/exit`, body, keepalive: true });
  }

  /** The key belongs to the link, so a double success, a retry and a reload are all the same request. */
  finalize(id: string, body: FinalizeLink | FinalizeRefresh): Promise<Link> {
    return this.#call({
      path: `/${id}/finalize`,
      body,
      idempotencyKey: `finalize-${id}`,
      wait: WAIT_S,
      keepalive: true,
      retries: RETRIES_PATIENT,
    });
  }

  /** Tries again where that is safe: all that is called here is a read, has an idempotency key, or does nothing twice. */
  async #call(request: Request): Promise<Link> {
    const { retries = RETRIES_BRIEF, signal } = request;
    let refused: string | undefined;
    for (let tries = 0; ; ) {
      try {
        const token = await sessionToken(this.#session, refused);
        signal?.throwIfAborted();
        const response = await this.#fetch(request, token);
        // Renewed once; a second refusal is one.
        if (response.status === 401 && !refused) {
          refused = token;
          continue;
        }
        // A proxy's page is no problem document; what it says is not for us.
        const body = await response.json().catch(() => null);
        if (!response.ok) throw fromProblem(body ?? {}, response);
        if (!body?.mode) throw new BankLinkError("network_error");
        return body as Link;
      } catch (thrown) {
        signal?.throwIfAborted();
        const { code, retryable, retryAfterMs } = thrown as BankLinkError;
        // A person is told at once, unless they have agreed already.
        const isTheirs = retries === RETRIES_BRIEF && (code === "session_unavailable" || code === "offline");
        // A longer Retry-After than a person waits is theirs to hear of.
        if (!retryable || isTheirs || tries >= retries || retryAfterMs > RETRY_MAX_MS) throw thrown;
        const backOffMs = Math.min(RETRY_FIRST_MS * 2 ** tries, RETRY_MAX_MS);
        await delay(retryAfterMs > 0 ? retryAfterMs : backOffMs, signal);
        // The lost first try is still at work, and the API ends it in time: that is no failure to count.
        if (code !== "idempotency_in_progress") tries++;
      }
    }
  }

  async #fetch(request: Request, token: string): Promise<Response> {
    const { path, body, idempotencyKey, wait = 0, keepalive = false, signal } = request;
    const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
    if (wait) headers.Prefer = `wait=${wait}`;
    if (body) headers["Content-Type"] = "application/json";
    if (idempotencyKey) headers["Idempotency-Key"] = `"${idempotencyKey}"`;
    const timeout = AbortSignal.timeout(wait * 1_000 + REQUEST_TIMEOUT_MS);
    try {
      return await fetch(`${this.#base}/v1/links${path}`, {
        method: body ? "POST" : "GET",
        headers,
        body: body ? JSON.stringify(body) : null,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        keepalive,
        credentials: "omit",
      });
    } catch {
      signal?.throwIfAborted();
      throw notReached("network_error");
    }
  }
}
