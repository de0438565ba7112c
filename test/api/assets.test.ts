/** The built elements, as any page fetches them. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Edge, startEdge } from "./edge.ts";

let edge: Edge;
before(async () => {
  edge = await startEdge();
});
after(() => edge.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  edge.harness.fetch(path, { headers: { Origin: "https://any.example.com", ...headers } });

function assertOpen(headers: { get(name: string): string | null }): void {
  assert.equal(headers.get("Access-Control-Allow-Origin"), "*");
  assert.equal(headers.get("Cross-Origin-Resource-Policy"), "cross-origin");
}

describe("the elements", () => {
  test("are open to every origin, and revalidated by their ETag", async () => {
    const first = await get("/bank-link.js");
    assert.equal(first.status, 200);
    assert.match(first.headers.get("Content-Type") ?? "", /javascript/);
    assert.match(first.headers.get("Cache-Control") ?? "", /max-age=0, must-revalidate/);
    assertOpen(first.headers);
    assert.match(await first.text(), /bank-link/);
    const etag = first.headers.get("ETag") ?? "";
    assert.notEqual(etag, "");
    const again = await get("/bank-link.js", { "If-None-Match": etag });
    assert.equal(again.status, 304);
    assertOpen(again.headers);
  });

  test("have chunks with a hash in their name, which are immutable", async () => {
    const chunks = globSync("dist/chunks/*.js").map((file) => basename(file));
    assert.ok(chunks.length > 0);
    for (const chunk of chunks) {
      assert.match(chunk, /-[\w-]{8,}\.js$/);
      const answer = await get(`/chunks/${chunk}`);
      assert.equal(answer.status, 200, chunk);
      assert.match(answer.headers.get("Cache-Control") ?? "", /max-age=31536000, immutable/);
      assertOpen(answer.headers);
      await answer.text();
    }
  });

  test("come with the notice of the bundled library, which their first line names", async () => {
    const script = await (await get("/bank-link.js")).text();
    const file = /^\/\*![^*]*?(\S+\.md) \*\//.exec(script)?.[1];
    const notice = await get(`/${file}`);
    assert.equal(notice.status, 200);
    assert.match(await notice.text(), /BSD-3-Clause|BSD 3-Clause/);
  });

  test("are all that is served: no other built file, and no immutable answer for a missing one", async () => {
    for (const path of ["/chunks/none-00000000.js", "/lib/worker.js", "/chunks/..%2Fopenapi.json"]) {
      const answer = await get(path);
      assert.equal(answer.status, 404, path);
      assert.doesNotMatch(answer.headers.get("Cache-Control") ?? "", /immutable/);
      await answer.text();
    }
  });

  test("cost no call of the Worker", async () => {
    const before = edge.harness.getLogs().length;
    for (const path of ["/bank-link.js", "/openapi.json", "/docs"]) await (await get(path)).text();
    const requests = edge.harness
      .getLogs()
      .slice(before)
      .filter(({ message }) => message.includes('"event":"request"'));
    assert.deepEqual(requests, []);
  });
});
