/** The log: one JSON line for each request and each upstream call, that people can follow. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { LogEvent, LogFields } from "../../worker/log.ts";
import { type Edge, startEdge } from "./edge.ts";

type Line = LogFields & { event: LogEvent };

let edge: Edge;
before(async () => {
  edge = await startEdge();
});
after(() => edge.close());

function linesOf(requestId: string): Line[] {
  return edge.harness
    .getLogs()
    .map(({ message }) => message.trim())
    .filter((message) => message.startsWith("{"))
    .map((message) => JSON.parse(message) as Line)
    .filter(({ request_id }) => request_id === requestId);
}

async function finalize(requestId: string, more: object = {}) {
  const browser = await edge.browser();
  const link = await browser.link();
  await browser.call("POST", `/v1/links/${link.id}/finalize`, {
    key: randomUUID(),
    body: { ...browser.choose(link), ...more },
    headers: { "X-Request-Id": requestId },
  });
  return link;
}

describe("the log", () => {
  test("has one line for each request, by its route's pattern", async () => {
    const browser = await edge.browser();
    const requestId = randomUUID();
    await browser.call("GET", "/v1/links/lnk_none", { headers: { "X-Request-Id": requestId } });
    const [line, ...more] = linesOf(requestId);
    assert.deepEqual(more, []);
    assert.equal(typeof line?.ms, "number");
    assert.deepEqual(
      { ...line, ms: 0 },
      {
        event: "request",
        request_id: requestId,
        provider: "cybrid",
        method: "GET",
        route: "/v1/links/:id",
        status: 404,
        code: "not_found",
        ms: 0,
      },
    );
  });

  test("has one line for each upstream call, under the request and the link that it was made for", async () => {
    const requestId = randomUUID();
    const link = await finalize(requestId);
    const upstream = linesOf(requestId).filter(({ event }) => event === "upstream");
    const [create, read] = upstream;
    assert.deepEqual(
      { ...create, ms: 0 },
      {
        event: "upstream",
        request_id: requestId,
        link_id: link.id,
        provider: "cybrid",
        method: "POST",
        route: "cybrid.create_external_bank_account",
        upstream_status: 201,
        ms: 0,
      },
    );
    assert.equal(read?.route, "cybrid.get_external_bank_account");
    const [request] = linesOf(requestId).filter(({ event }) => event === "request");
    assert.equal(request?.link_id, link.id);
    assert.equal(request?.status, 200);
  });

  test("names the provider's own code and request id when it rejects a call", async () => {
    const requestId = randomUUID();
    edge.cybrid.faults.once("POST /api/external_bank_accounts", {
      kind: "status",
      status: 422,
      body: { status: 422, message_code: "no_customer", error_message: "its own words" },
      headers: { "x-request-id": "upstream-7" },
    });
    await finalize(requestId);
    const [refused] = linesOf(requestId).filter(({ event }) => event === "upstream");
    assert.equal(refused?.upstream_status, 422);
    assert.equal(refused?.upstream_code, "no_customer");
    assert.equal(refused?.upstream_request_id, "upstream-7");
    assert.doesNotMatch(JSON.stringify(linesOf(requestId)), /its own words/);
  });

  test("names Plaid's ids and codes of an exit", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    const requestId = randomUUID();
    await browser.call("POST", `/v1/links/${link.id}/exit`, {
      headers: { "X-Request-Id": requestId },
      body: {
        status: "requires_credentials",
        error: { type: "ITEM_ERROR", code: "INVALID_CREDENTIALS" },
        link_session_id: "session-7",
        request_id: "plaid-7",
      },
    });
    const [line] = linesOf(requestId).filter(({ event }) => event === "exit");
    assert.deepEqual(line, {
      event: "exit",
      request_id: requestId,
      provider: "cybrid",
      link_id: link.id,
      link_session_id: "session-7",
      plaid_request_id: "plaid-7",
      exit_status: "requires_credentials",
      exit_error_code: "INVALID_CREDENTIALS",
    });
  });

  test("names Plaid's session of a finalize", async () => {
    const requestId = randomUUID();
    const link = await finalize(requestId, { link_session_id: "session-8" });
    const [line] = linesOf(requestId).filter(({ link_session_id }) => link_session_id === "session-8");
    assert.equal(line?.link_id, link.id);
  });
});
