import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { callsTo } from "../../simulators/call-log.ts";
import { type Fault, Faults } from "../../simulators/faults.ts";
import { type ProviderServer, startProviderServer } from "../../simulators/provider-server.ts";

interface Counter {
  server: ProviderServer;
  worked(): number;
  request(signal?: AbortSignal): Promise<Response>;
}

/** A server with one operation, which counts how often it ran. */
async function counter(test: TestContext): Promise<Counter> {
  let done = 0;
  const server = await startProviderServer({
    routes: [
      {
        name: "POST /things/:id",
        handle: () => {
          done += 1;
          return { status: 201, body: { done, text: "valid" } };
        },
      },
    ],
    dialect: {
      error: (status) => ({ status, body: { rejected: status } }),
      expireToken: () => ({ status: 401, body: { rejected: "expired" } }),
      customerOf: (request) => request.params.id,
    },
    port: 0,
    now: Date.now,
  });
  test.after(() => server.close());
  return {
    server,
    worked: () => done,
    request: (signal) =>
      fetch(`${server.url}/things/7`, { method: "POST", body: "{}", ...(signal ? { signal } : {}) }),
  };
}

async function faulty(test: TestContext, fault: Fault): Promise<Counter> {
  const counting = await counter(test);
  counting.server.faults.once("POST /things/:id", fault);
  return counting;
}

describe("stand-ins: injected faults", () => {
  it("answers late, with the work done before or after the wait", async (t) => {
    const { server, request, worked } = await faulty(t, { kind: "latency", ms: 200, work: "done" });
    const requested = request();
    while (worked() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([worked(), server.calls[0]?.status], [1, 0]);
    assert.equal((await requested).status, 201);
    server.faults.once("*", { kind: "latency", ms: { from: 60, to: 80 } });
    const startedMs = performance.now();
    assert.equal((await request()).status, 201);
    assert.ok(performance.now() - startedMs >= 55);
  });

  for (const work of ["undone", "done"] as const) {
    const times = work === "done" ? 1 : 0;

    it(`never answers, the work ${work}`, async (t) => {
      const { request, worked } = await faulty(t, { kind: "silence", work });
      await assert.rejects(request(AbortSignal.timeout(60)), { name: "TimeoutError" });
      assert.equal(worked(), times);
    });

    it(`drops the connection, the work ${work}`, async (t) => {
      const { server, request, worked } = await faulty(t, { kind: "drop", work });
      await assert.rejects(request());
      assert.equal(worked(), times);
      assert.deepEqual(
        [server.calls[0]?.status, server.calls[0]?.worked, server.calls[0]?.fault],
        [0, work === "done", `drop:${work}`],
      );
      assert.equal((await request()).status, 201);
    });

    it(`answers 503 in the provider's shape, the work ${work}`, async (t) => {
      const { server, request, worked } = await faulty(t, { kind: "status", status: 503, work });
      const response = await request();
      assert.deepEqual([response.status, await response.json()], [503, { rejected: 503 }]);
      assert.equal(worked(), times);
      assert.equal(server.calls[0]?.fault, `status:503:${work}`);
    });
  }

  it("answers a 4xx with the given body", async (t) => {
    const { request, worked } = await faulty(t, { kind: "status", status: 422, body: { why: "because" } });
    const response = await request();
    assert.deepEqual([response.status, await response.json()], [422, { why: "because" }]);
    assert.equal(worked(), 0);
  });

  it("answers 429 with Retry-After in seconds, as a date, or without", async (t) => {
    const { server, request } = await counter(t);
    for (const retryAfter of [7, "Fri, 31 Dec 2030 23:59:59 GMT", null]) {
      server.faults.once("*", { kind: "rate-limit", retryAfter });
      const response = await request();
      assert.equal(response.status, 429);
      assert.equal(response.headers.get("retry-after"), retryAfter === null ? null : String(retryAfter));
    }
  });

  it("cuts the connection in the middle of the answer", async (t) => {
    const { request, worked } = await faulty(t, { kind: "cut" });
    await assert.rejects(async () => (await request()).text());
    assert.equal(worked(), 1);
  });

  for (const kind of ["truncated-json", "malformed-json"] as const) {
    it(`answers ${kind} after the work`, async (t) => {
      const { request, worked } = await faulty(t, { kind });
      const response = await request();
      assert.equal(response.status, 201);
      await assert.rejects(response.json(), SyntaxError);
      assert.equal(worked(), 1);
    });
  }

  it("answers valid JSON of any size", async (t) => {
    const { request } = await faulty(t, { kind: "oversized-json", bytes: 3_000_000 });
    const text = await (await request()).text();
    assert.ok(text.length >= 3_000_000);
    assert.deepEqual(JSON.parse(text), { done: 1, text: "valid" });
  });

  it("labels JSON as HTML, or answers a page in its place", async (t) => {
    const { server, request } = await faulty(t, { kind: "wrong-content-type" });
    const labelled = await request();
    assert.match(labelled.headers.get("content-type") ?? "", /text\/html/);
    assert.deepEqual(await labelled.json(), { done: 1, text: "valid" });
    server.faults.once("*", { kind: "wrong-content-type", page: true });
    assert.match(await (await request()).text(), /^<!doctype html>/);
  });

  it("answers a text in place of JSON, even an empty one, before or after the work", async (t) => {
    const page: Fault = { kind: "text", status: 403, text: "<h1>Blocked</h1>", contentType: "text/html" };
    const { server, request, worked } = await faulty(t, page);
    const blocked = await request();
    assert.equal(blocked.status, 403);
    assert.equal(blocked.headers.get("content-type"), "text/html");
    assert.equal(await blocked.text(), "<h1>Blocked</h1>");
    assert.equal(worked(), 0);
    server.faults.once("*", { kind: "text", status: 200, text: "", work: "done" });
    assert.equal(await (await request()).text(), "");
    assert.equal(worked(), 1);
  });

  it("expires an access token early", async (t) => {
    const { request, worked } = await faulty(t, { kind: "expired-token" });
    assert.equal((await request()).status, 401);
    assert.equal(worked(), 0);
  });

  it("affects only the route, the number and the requests that the rule names", async (t) => {
    const { server, request } = await counter(t);
    const fault: Fault = { kind: "status", status: 500 };
    server.faults.add({ route: "GET /others", fault });
    server.faults.add({ route: "*", fault, when: ({ customer }) => customer === "8" });
    server.faults.add({ route: "POST /things/:id", fault, skip: 1, times: 2 });
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await request()).status);
    assert.deepEqual(statuses, [201, 500, 500, 201]);
    server.faults.add({ route: "*", fault });
    server.faults.clear();
    assert.equal((await request()).status, 201);
  });

  it("draws the same faults from the same seed", () => {
    const draw = (seed: number) => {
      const faults = new Faults(seed);
      faults.add({
        route: "*",
        probability: 0.25,
        fault: [{ kind: "drop", work: "done" }, { kind: "cut" }],
      });
      return Array.from(
        { length: 400 },
        () => faults.next({ route: "GET /", body: undefined })?.kind ?? "none",
      );
    };
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
    const hit = draw(7).filter((kind) => kind !== "none");
    assert.ok(hit.length > 60 && hit.length < 140, `${hit.length} of 400`);
    assert.deepEqual([...new Set(hit)].sort(), ["cut", "drop"]);
  });

  it("closes at once, even with calls still waiting", async (t) => {
    const { server, request } = await faulty(t, { kind: "silence", work: "undone" });
    server.faults.once("*", { kind: "latency", ms: 60_000 });
    const waiting = [assert.rejects(request()), assert.rejects(request())];
    while (server.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const startedMs = performance.now();
    await server.close();
    assert.ok(performance.now() - startedMs < 1000);
    await Promise.all(waiting);
  });

  it("logs calls to unknown routes, and filters calls by route and customer", async (t) => {
    const { server, request } = await counter(t);
    await request();
    assert.equal((await fetch(`${server.url}/elsewhere?x=1`)).status, 404);
    assert.deepEqual(
      server.calls.map(({ method, path, route, status }) => [method, path, route, status]),
      [
        ["POST", "/things/7", "POST /things/:id", 201],
        ["GET", "/elsewhere?x=1", null, 404],
      ],
    );
    assert.equal(callsTo(server.calls, "POST /things/:id", "7").length, 1);
    assert.equal(callsTo(server.calls, "POST /things/:id", "8").length, 0);
  });
});
