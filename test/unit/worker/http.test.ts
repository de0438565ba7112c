/** One upstream call, against a server that misbehaves. */
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { UPSTREAM_BODY_MAX_BYTES } from "../../../worker/limits.ts";
import type { LogFields } from "../../../worker/log.ts";
import { callUpstream } from "../../../worker/providers/http.ts";

async function call(t: TestContext, listener: RequestListener, timeoutMs = 5_000) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const lines: LogFields[] = [];
  const answer = await callUpstream(
    { call: "provider.call", method: "POST", url: `http://127.0.0.1:${port}/`, headers: {}, body: "{}" },
    {
      fetch,
      log: (_event, fields) => lines.push(fields),
      timeoutMs,
      now: Date.now,
      errorCode: (body) => (body as { code?: string } | undefined)?.code,
    },
  );
  return { answer, line: lines[0] };
}

describe("an upstream call", () => {
  test("ends with the time-out, and its outcome is unknown", async (t) => {
    const { answer } = await call(t, () => {}, 100);
    assert.deepEqual(answer, { kind: "lost", reason: "timeout" });
  });

  test("ends with the time-out also in the middle of the answer", async (t) => {
    const { answer } = await call(t, (_request, response) => void response.writeHead(200).write("{"), 100);
    assert.deepEqual(answer, { kind: "lost", reason: "timeout" });
  });

  test("reads no more of an answer than the cap", async (t) => {
    const { answer } = await call(t, (_request, response) =>
      response.end(JSON.stringify("x".repeat(UPSTREAM_BODY_MAX_BYTES))),
    );
    assert.deepEqual(answer, { kind: "lost", reason: "oversized" });
  });

  test("follows no redirect", async (t) => {
    const paths: (string | undefined)[] = [];
    const { answer } = await call(t, ({ url }, response) => {
      paths.push(url);
      response.writeHead(307, { Location: "/elsewhere" }).end();
    });
    assert.equal(answer.kind === "answered" && answer.status, 307);
    assert.deepEqual(paths, ["/"]);
  });

  test("counts a success without JSON as lost, and an error by its status alone", async (t) => {
    const page: (status: number) => RequestListener = (status) => (_request, response) =>
      response.writeHead(status).end("<!doctype html>");
    assert.deepEqual((await call(t, page(200))).answer, { kind: "lost", reason: "malformed" });
    const { answer } = await call(t, page(502));
    assert.equal(answer.kind === "answered" && answer.status, 502);
  });

  test("understands Retry-After as seconds and as a date", async (t) => {
    const answering = (value: string) =>
      call(t, (_request, response) => response.writeHead(429, { "Retry-After": value }).end());
    const retryAfterMs = async (value: string) => {
      const { answer } = await answering(value);
      return answer.kind === "answered" ? answer.retryAfterMs : null;
    };
    assert.equal(await retryAfterMs("7"), 7_000);
    const byDate = (await retryAfterMs(new Date(Date.now() + 30_000).toUTCString())) ?? 0;
    assert.ok(byDate > 25_000 && byDate <= 30_000, String(byDate));
    assert.equal(await retryAfterMs("soon"), null);
  });

  test("is logged with the upstream's status, code and request id, and nothing else of the answer", async (t) => {
    const { line } = await call(t, (_request, response) =>
      response
        .writeHead(422, { "X-Request-Id": "upstream-1" })
        .end(JSON.stringify({ code: "no_customer", secret: "s" })),
    );
    assert.deepEqual(
      { ...line, ms: 0 },
      {
        method: "POST",
        route: "provider.call",
        upstream_status: 422,
        upstream_code: "no_customer",
        upstream_request_id: "upstream-1",
        ms: 0,
      },
    );
  });

  test("logs an upstream code only if it has the form of one", async (t) => {
    const { line } = await call(t, (_request, response) =>
      response.writeHead(422).end(JSON.stringify({ code: "account 1111 2222" })),
    );
    assert.equal(line?.upstream_code, undefined);
  });
});
