/** Turns an operation's answer into a response, with the fault that a rule injects. */
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Answer } from "./answer.ts";
import type { Fault } from "./faults.ts";

/** Well above any limit that a client should have; sent in one piece. */
const OVERSIZED_BYTES = 4 * 1024 * 1024;

const JSON_TYPE = "application/json; charset=utf-8";

export interface Attempt {
  fault: Fault | undefined;
  /** Does what was requested and returns its answer; to be called at most once. */
  work(options?: { listLagMs: number }): Answer;
  error(status: number): Answer;
  expireToken(): Answer;
  /** For faults of the connection itself. */
  outgoing: ServerResponse;
  /** Aborted when the stand-in closes. */
  closing: AbortSignal;
  random: () => number;
}

export async function answerWithFault(attempt: Attempt): Promise<Response> {
  const { fault, outgoing } = attempt;
  switch (fault?.kind) {
    case undefined:
      return jsonResponse(attempt.work());
    case "late-in-list":
      return jsonResponse(attempt.work({ listLagMs: fault.ms }));
    case "latency": {
      const done = fault.work === "done" ? attempt.work() : undefined;
      const ms =
        typeof fault.ms === "number"
          ? fault.ms
          : fault.ms.from + attempt.random() * (fault.ms.to - fault.ms.from);
      await delay(ms, undefined, { signal: attempt.closing });
      return jsonResponse(done ?? attempt.work());
    }
    case "silence":
      if (fault.work === "done") attempt.work();
      return RESPONSE_ALREADY_SENT;
    case "drop":
      if (fault.work === "done") attempt.work();
      outgoing.socket?.resetAndDestroy();
      return RESPONSE_ALREADY_SENT;
    case "cut": {
      const { status, body, headers } = attempt.work();
      const text = JSON.stringify(body);
      outgoing.writeHead(status, {
        ...headers,
        "content-type": JSON_TYPE,
        "content-length": Buffer.byteLength(text),
      });
      outgoing.write(firstHalf(text), () => outgoing.socket?.resetAndDestroy());
      return RESPONSE_ALREADY_SENT;
    }
    case "status": {
      if (fault.work === "done") attempt.work();
      const own = attempt.error(fault.status);
      return jsonResponse({
        status: fault.status,
        body: fault.body ?? own.body,
        headers: { ...own.headers, ...fault.headers },
      });
    }
    case "text":
      if (fault.work === "done") attempt.work();
      return textResponse(fault, fault.text, fault.contentType);
    case "rate-limit": {
      const headers: Record<string, string> =
        fault.retryAfter === null ? {} : { "retry-after": String(fault.retryAfter) };
      return jsonResponse({ ...attempt.error(429), headers });
    }
    case "truncated-json": {
      const answer = attempt.work();
      return textResponse(answer, firstHalf(JSON.stringify(answer.body)));
    }
    case "malformed-json":
      return textResponse(attempt.work(), "{'state': completed,}");
    case "oversized-json": {
      const answer = attempt.work();
      const padding = " ".repeat(fault.bytes ?? OVERSIZED_BYTES);
      // Trailing spaces keep it valid JSON, whatever the value is.
      return textResponse(answer, JSON.stringify(answer.body) + padding);
    }
    case "wrong-content-type": {
      const answer = attempt.work();
      const text = fault.page
        ? "<!doctype html><title>Please wait</title><p>Checking your connection.</p>"
        : JSON.stringify(answer.body);
      return textResponse(answer, text, "text/html; charset=utf-8");
    }
    case "expired-token":
      return jsonResponse(attempt.expireToken());
  }
}

function jsonResponse(answer: Answer): Response {
  return textResponse(answer, JSON.stringify(answer.body));
}

function textResponse(
  { status, headers }: Omit<Answer, "body">,
  text: string,
  contentType = JSON_TYPE,
): Response {
  return new Response(text, { status, headers: { ...headers, "content-type": contentType } });
}

function firstHalf(text: string): string {
  return text.slice(0, Math.floor(text.length / 2));
}
