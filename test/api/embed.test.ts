/** `bank-link/worker` in a Worker of another company, without assets and without a rate limiter. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { type Edge, startEdge } from "./edge.ts";

let edge: Edge;
before(async () => {
  edge = await startEdge({}, "./test/fixtures/other-worker/wrangler.toml");
});
after(() => edge.close());

test("another Worker mounts the app beside its own routes, and an account is linked", async () => {
  const own = await edge.harness.fetch("/hello");
  assert.equal(await own.text(), "our own route");
  const browser = await edge.browser();
  const link = await browser.link();
  const { body } = await browser.call("POST", `/v1/links/${link.id}/finalize`, {
    key: randomUUID(),
    body: browser.choose(link),
  });
  assert.equal(body.status, "linked");
  assert.equal(edge.cybrid.accounts(browser.customerId).length, 1);
});
