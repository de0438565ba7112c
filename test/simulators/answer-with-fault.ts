/** Sends one answer, spoilt in the way that a fault asks for. */
import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Fault } from "./faults.ts";
import type { Answer } from "./http.ts";

/** Well above any cap that a client should have; sent in one piece. */
const OVERSIZED_BYTES = 4 * 1024 * 1024;

export interface Attempt {
  fault: Fault | undefined;
  /** Does what was asked and says how it went; to be called at most once. */
  work(options?: { listLagMs: number }): Answer;
  /** The provider's own error for a status. */
  error(status: number): Answer;
  /** Withdraws the caller's access token and says what the provider says then. */
  expireToken(): Answer;
  response: ServerResponse;
  /** Aborted when the stand-in closes. */
  closing: AbortSignal;
  random: () => number;
}

/** Answers, or does not; the status that was sent, 0 for none. */
export async function answerWithFault(attempt: Attempt): Promise<number> {
  const { fault, response, closing } = attempt;
  switch (fault?.kind) {
    case undefined:
      return send(response, attempt.work());
    case "late-in-list":
      return send(response, attempt.work({ listLagMs: fault.ms }));
    case "latency": {
      const done = fault.work === "done" ? attempt.work() : undefined;
      const ms =
        typeof fault.ms === "number"
          ? fault.ms
          : fault.ms.from + attempt.random() * (fault.ms.to - fault.ms.from);
      await wait(ms, undefined, { signal: closing });
      return send(response, done ?? attempt.work());
    }
    case "silence":
      if (fault.work === "done") attempt.work();
      return 0;
    case "drop":
      if (fault.work === "done") attempt.work();
      response.socket?.resetAndDestroy();
      return 0;
    case "cut":
      return cut(response, attempt.work());
    case "status": {
      if (fault.work === "done") attempt.work();
      const own = attempt.error(fault.status);
      return send(response, {
        status: fault.status,
        body: fault.body ?? own.body,
        headers: { ...own.headers, ...fault.headers },
      });
    }
    case "rate-limit": {
      const headers: Record<string, string> =
        fault.retryAfter === null ? {} : { "retry-after": String(fault.retryAfter) };
      return send(response, { ...attempt.error(429), headers });
    }
    case "truncated-json": {
      const answer = attempt.work();
      const text = JSON.stringify(answer.body);
      return sendText(response, answer, text.slice(0, Math.floor(text.length / 2)));
    }
    case "malformed-json":
      return sendText(response, attempt.work(), "{'state': completed,}");
    case "oversized-json": {
      const answer = attempt.work();
      const padding = " ".repeat(fault.bytes ?? OVERSIZED_BYTES);
      // Blanks after the value keep it valid JSON, whatever the value is.
      return sendText(response, answer, JSON.stringify(answer.body) + padding);
    }
    case "wrong-content-type": {
      const answer = attempt.work();
      const text = fault.page
        ? "<!doctype html><title>Please wait</title><p>Checking your connection.</p>"
        : JSON.stringify(answer.body);
      return sendText(response, answer, text, "text/html; charset=utf-8");
    }
    case "expired-token":
      return send(response, attempt.expireToken());
  }
}

function send(response: ServerResponse, answer: Answer): number {
  return sendText(response, answer, JSON.stringify(answer.body));
}

function sendText(
  response: ServerResponse,
  answer: Answer,
  text: string,
  contentType = "application/json; charset=utf-8",
): number {
  response.writeHead(answer.status, {
    ...answer.headers,
    "content-type": contentType,
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
  return answer.status;
}

function cut(response: ServerResponse, answer: Answer): number {
  const text = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    ...answer.headers,
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  response.write(text.slice(0, Math.floor(text.length / 2)), () => response.socket?.resetAndDestroy());
  return answer.status;
}
