import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Link } from "../../worker/contract.ts";
import { type Edge, startEdge } from "./edge.ts";

let edge: Edge;
before(async () => {
  edge = await startEdge();
});
after(() => edge.close());

describe("linking with Cybrid", () => {
  test("a link becomes ready with a link token and the estimate of its life", async () => {
    const browser = await edge.browser();
    const answer = await browser.call("POST", "/v1/links", { key: randomUUID(), body: {} });
    assert.equal(answer.status, 201);
    assert.equal(answer.body.status, "ready");
    assert.match(answer.body.link_token ?? "", /^link-sandbox-/);
    assert.ok(Date.parse(answer.body.link_token_expires_at ?? "") > Date.now());
  });

  test("finalizing makes exactly one account and says so only when the account is real", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    const answer = await browser.call("POST", `/v1/links/${link.id}/finalize`, {
      key: randomUUID(),
      body: browser.choose(link),
    });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(answer.body.status, "linked");
    const held = edge.cybrid.accounts(browser.customerId);
    assert.equal(held.length, 1);
    assert.equal(answer.body.account?.id, held[0]?.guid);
    assert.equal(answer.body.account?.name, "First Platypus Bank - Plaid Checking");
    assert.equal(answer.body.account?.institution?.name, "First Platypus Bank");
    assert.equal(answer.body.link_token, null);
  });
});

describe("linking with Lynx", () => {
  test("finalizing makes exactly one account", async () => {
    const browser = await edge.browser("lynx");
    const link = await browser.link();
    const answer = await browser.call<Link>("POST", `/v1/links/${link.id}/finalize`, {
      key: randomUUID(),
      body: browser.choose(link),
    });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(answer.body.status, "linked");
  });
});
