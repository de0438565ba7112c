/** The edge API as a browser calls it: with its session, its idempotency keys, and the element's retries. */
import { setTimeout as delay } from "node:timers/promises";
import { SignJWT } from "jose";
import type { Link, Problem, ProviderName } from "../../worker/contract.ts";
import { PATIENCE_MS, REQUEST_TIMEOUT_MS, RETRY_FIRST_MS, RETRY_MAX_MS, WAIT_S } from "./limits.ts";
import { SESSION_SECRET } from "./restartable-worker.ts";

export type EdgeAnswer =
  | { kind: "link"; httpStatus: number; link: Link }
  | { kind: "problem"; httpStatus: number; problem: Problem; retryAfterMs: number | null }
  /** No answer, or one that is not the API's. */
  | { kind: "unreachable" };

export interface EdgeRequest {
  method: "GET" | "POST";
  path: string;
  key?: string;
  body?: object;
  /** Aborted when the browser no longer waits for the answer. */
  signal?: AbortSignal;
}

export class EdgeClient {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** As the page's own server would sign it. */
  static async forCustomer(url: string, provider: ProviderName, customerId: string): Promise<EdgeClient> {
    const token = await new SignJWT({ provider })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setSubject(customerId)
      .setAudience("bank-link")
      .setExpirationTime("12h")
      .sign(new TextEncoder().encode(SESSION_SECRET));
    return new EdgeClient(url, token);
  }

  async send({ method, path, key, body, signal }: EdgeRequest): Promise<EdgeAnswer> {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    try {
      const response = await fetch(this.#url + path, {
        method,
        headers: {
          Authorization: `Bearer ${this.#token}`,
          Prefer: `wait=${WAIT_S}`,
          ...(body && { "Content-Type": "application/json" }),
          ...(key && { "Idempotency-Key": `"${key}"` }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const answer = JSON.parse(await response.text());
      if (response.ok) return { kind: "link", httpStatus: response.status, link: answer };
      if (typeof answer.code !== "string") return { kind: "unreachable" };
      const retryAfterS = Number(response.headers.get("Retry-After") ?? Number.NaN);
      return {
        kind: "problem",
        httpStatus: response.status,
        problem: answer,
        retryAfterMs: Number.isFinite(retryAfterS) ? retryAfterS * 1_000 : null,
      };
    } catch {
      return { kind: "unreachable" };
    }
  }

  /** Repeats the request with the same key until the API accepts it or `PATIENCE_MS` is over. */
  async sendUntilAccepted(request: EdgeRequest, onAnswer: (answer: EdgeAnswer) => void): Promise<EdgeAnswer> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    for (let tries = 0; ; tries++) {
      const answer = await this.send(request);
      onAnswer(answer);
      const isTransient =
        answer.kind === "unreachable" || (answer.kind === "problem" && answer.problem.retryable);
      if (!isTransient || Date.now() > deadlineMs) return answer;
      const backOffMs = Math.min(RETRY_FIRST_MS * 2 ** tries, RETRY_MAX_MS);
      await delay(answer.kind === "problem" ? (answer.retryAfterMs ?? backOffMs) : backOffMs);
    }
  }
}
