import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { callsTo } from "../../simulators/call-log.ts";
import { type Fault, Faults } from "../../simulators/faults.ts";
import { type ProviderServer, startProviderServer } from "../../simulators/provider-server.ts";

interface Counter {
  server: ProviderServer;
  worked(): number;
  ask(signal?: AbortSignal): Promise<Response>;
}

/** A server whose one operation counts how often it was done. */
async function counter(test: TestContext): Promise<Counter> {
  let done = 0;
  const server = await startProviderServer({
    routes: [
      {
        name: "POST /things/:id",
        handle: () => {
          done += 1;
          return { status: 201, body: { done, text: "sound" } };
        },
      },
    ],
    dialect: {
      error: (status) => ({ status, body: { refused: status } }),
      expireToken: () => ({ status: 401, body: { refused: "expired" } }),
      customerOf: (request) => request.params.id,
    },
    port: 0,
    now: Date.now,
  });
  test.after(() => server.close());
  return {
    server,
    worked: () => done,
    ask: (signal) =>
      fetch(`${server.url}/things/7`, { method: "POST", body: "{}", ...(signal ? { signal } : {}) }),
  };
}

async function faulty(test: TestContext, fault: Fault): Promise<Counter> {
  const counting = await counter(test);
  counting.server.faults.once("POST /things/:id", fault);
  return counting;
}

describe("stand-ins: faults on order", () => {
  it("answers late, with the work done before or after the wait", async (t) => {
    const { server, ask, worked } = await faulty(t, { kind: "latency", ms: 200, work: "done" });
    const asked = ask();
    while (worked() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([worked(), server.calls[0]?.status], [1, 0]);
    assert.equal((await asked).status, 201);
    server.faults.once("*", { kind: "latency", ms: { from: 60, to: 80 } });
    const startedMs = performance.now();
    assert.equal((await ask()).status, 201);
    assert.ok(performance.now() - startedMs >= 55);
  });

  for (const work of ["undone", "done"] as const) {
    const times = work === "done" ? 1 : 0;

    it(`never answers, the work ${work}`, async (t) => {
      const { ask, worked } = await faulty(t, { kind: "silence", work });
      await assert.rejects(ask(AbortSignal.timeout(60)), { name: "TimeoutError" });
      assert.equal(worked(), times);
    });

    it(`drops the connection, the work ${work}`, async (t) => {
      const { server, ask, worked } = await faulty(t, { kind: "drop", work });
      await assert.rejects(ask());
      assert.equal(worked(), times);
      assert.deepEqual(
        [server.calls[0]?.status, server.calls[0]?.worked, server.calls[0]?.fault],
        [0, work === "done", `drop:${work}`],
      );
      assert.equal((await ask()).status, 201);
    });

    it(`answers 503 in the provider's shape, the work ${work}`, async (t) => {
      const { server, ask, worked } = await faulty(t, { kind: "status", status: 503, work });
      const response = await ask();
      assert.deepEqual([response.status, await response.json()], [503, { refused: 503 }]);
      assert.equal(worked(), times);
      assert.equal(server.calls[0]?.fault, `status:503:${work}`);
    });
  }

  it("answers a 4xx with the body that was ordered", async (t) => {
    const { ask, worked } = await faulty(t, { kind: "status", status: 422, body: { why: "because" } });
    const response = await ask();
    assert.deepEqual([response.status, await response.json()], [422, { why: "because" }]);
    assert.equal(worked(), 0);
  });

  it("answers 429 with Retry-After in seconds, as a date, or without", async (t) => {
    const { server, ask } = await counter(t);
    for (const retryAfter of [7, "Fri, 31 Dec 2030 23:59:59 GMT", null]) {
      server.faults.once("*", { kind: "rate-limit", retryAfter });
      const response = await ask();
      assert.equal(response.status, 429);
      assert.equal(response.headers.get("retry-after"), retryAfter === null ? null : String(retryAfter));
    }
  });

  it("cuts the connection in the middle of the answer", async (t) => {
    const { ask, worked } = await faulty(t, { kind: "cut" });
    await assert.rejects(async () => (await ask()).text());
    assert.equal(worked(), 1);
  });

  for (const kind of ["truncated-json", "malformed-json"] as const) {
    it(`answers ${kind} after the work`, async (t) => {
      const { ask, worked } = await faulty(t, { kind });
      const response = await ask();
      assert.equal(response.status, 201);
      await assert.rejects(response.json(), SyntaxError);
      assert.equal(worked(), 1);
    });
  }

  it("answers valid JSON of any size", async (t) => {
    const { ask } = await faulty(t, { kind: "oversized-json", bytes: 3_000_000 });
    const text = await (await ask()).text();
    assert.ok(text.length >= 3_000_000);
    assert.deepEqual(JSON.parse(text), { done: 1, text: "sound" });
  });

  it("labels JSON as HTML, or answers a page in its place", async (t) => {
    const { server, ask } = await faulty(t, { kind: "wrong-content-type" });
    const labelled = await ask();
    assert.match(labelled.headers.get("content-type") ?? "", /text\/html/);
    assert.deepEqual(await labelled.json(), { done: 1, text: "sound" });
    server.faults.once("*", { kind: "wrong-content-type", page: true });
    assert.match(await (await ask()).text(), /^<!doctype html>/);
  });

  it("lets an access token end in the middle", async (t) => {
    const { ask, worked } = await faulty(t, { kind: "expired-token" });
    assert.equal((await ask()).status, 401);
    assert.equal(worked(), 0);
  });

  it("harms only the route, the times and the requests that the rule names", async (t) => {
    const { server, ask } = await counter(t);
    const fault: Fault = { kind: "status", status: 500 };
    server.faults.add({ route: "GET /others", fault });
    server.faults.add({ route: "*", fault, when: ({ customer }) => customer === "8" });
    server.faults.add({ route: "POST /things/:id", fault, skip: 1, times: 2 });
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await ask()).status);
    assert.deepEqual(statuses, [201, 500, 500, 201]);
    server.faults.add({ route: "*", fault });
    server.faults.clear();
    assert.equal((await ask()).status, 201);
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

  it("closes at once, also with calls that it keeps waiting", async (t) => {
    const { server, ask } = await faulty(t, { kind: "silence", work: "undone" });
    server.faults.once("*", { kind: "latency", ms: 60_000 });
    const waiting = [assert.rejects(ask()), assert.rejects(ask())];
    while (server.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const startedMs = performance.now();
    await server.close();
    assert.ok(performance.now() - startedMs < 1000);
    await Promise.all(waiting);
  });

  it("logs unknown routes too, and filters calls by route and customer", async (t) => {
    const { server, ask } = await counter(t);
    await ask();
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
