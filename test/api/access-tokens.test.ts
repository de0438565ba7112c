import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Problem } from "../../worker/contract.ts";
import { callsTo } from "../simulators/call-log.ts";
import { type Edge, startEdge } from "./edge.ts";

// Each test starts cold: no token anywhere.
let edge: Edge;
beforeEach(async () => {
  edge = await startEdge();
});
afterEach(() => edge.close());

const tokenCalls = () => callsTo(edge.cybrid.calls, "POST /oauth/token").length;

describe("access tokens", () => {
  test("a stampede of a thousand links on a cold start makes one token call", async () => {
    edge.cybrid.faults.add({ route: "POST /oauth/token", fault: { kind: "latency", ms: 300 } });
    const browsers = await Promise.all(Array.from({ length: 100 }, () => edge.browser()));
    const answers = await Promise.all(
      browsers.flatMap((browser) =>
        Array.from({ length: 10 }, (_, index) =>
          browser.call("POST", "/v1/links", {
            key: randomUUID(),
            body: { reference: `order ${index}` },
            // On a slow machine a thousand workflows take longer than a person would wait: that is not the point.
            headers: { Prefer: "wait=0" },
          }),
        ),
      ),
    );
    assert.ok(answers.every(({ status }) => status === 201 || status === 202));
    const [last] = browsers.slice(-1);
    await last?.link({ reference: "order 9" });
    assert.ok(edge.cybrid.calls.filter(({ route }) => route === "POST /api/workflows").length > 100);
    assert.equal(tokenCalls(), 1);
  });

  test("a token that is suddenly rejected is renewed once, and the call repeated", async () => {
    const browser = await edge.browser();
    await browser.link();
    edge.cybrid.expireAccessTokens();
    const link = await browser.link({ reference: "second" });
    assert.equal(link.status, "ready");
    assert.equal(tokenCalls(), 2);
  });

  test("many calls rejected with one token renew it once", async () => {
    const browsers = await Promise.all(Array.from({ length: 20 }, () => edge.browser()));
    await browsers[0]?.link();
    edge.cybrid.expireAccessTokens();
    await Promise.all(browsers.map((browser) => browser.link({ reference: "second" })));
    assert.equal(tokenCalls(), 2);
  });

  test("wrong credentials are tried once, and the caller learns nothing of them", async () => {
    edge.cybrid.settings.clientSecret = "another-secret";
    const browser = await edge.browser();
    for (let times = 0; times < 3; times++) {
      const { status, body } = await browser.call("POST", "/v1/links", {
        key: randomUUID(),
        body: { reference: `${times}` },
      });
      assert.equal(status, 201);
      assert.equal(body.status, "failed");
      assert.equal(body.problem?.code, "provider_misconfigured");
      assert.doesNotMatch(JSON.stringify(body), /invalid_client|credential/i);
    }
    assert.equal(tokenCalls(), 1);
  });

  test("a token without a scope is renewed once, not again and again", async () => {
    edge.cybrid.settings.excessScopes = "dropped";
    edge.cybrid.settings.grantedScopes = ["workflows:execute", "workflows:read"];
    const browser = await edge.browser();
    for (let times = 0; times < 3; times++) {
      const answer = await browser.call<Problem>("GET", "/v1/accounts");
      assert.equal(answer.status, 500);
      assert.equal(answer.body.code, "provider_misconfigured");
    }
    assert.equal(tokenCalls(), 2);
  });

  test("a token is renewed before it expires", async () => {
    edge.cybrid.settings.accessTokenLifeS = 2;
    const browser = await edge.browser();
    await browser.link({ reference: "one" });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await browser.link({ reference: "two" });
    assert.equal(tokenCalls(), 2);
    assert.ok(edge.cybrid.calls.every(({ status }) => status !== 401));
  });
});
