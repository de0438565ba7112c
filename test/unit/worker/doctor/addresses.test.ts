import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkOrigins, checkRedirectUris } from "../../../../worker/doctor/checks/addresses.ts";

const ORIGIN = "https://shop.example.com";

function redirectUri(uri: string, environment: "sandbox" | "production" = "sandbox") {
  const allowedOrigins = new Set([
    ORIGIN,
    "http://localhost:5173",
    "https://localhost",
    "http://shop.example.com",
  ]);
  const [item] = checkRedirectUris({ environment, redirectUris: [uri], allowedOrigins });
  assert.ok(item);
  return item;
}

describe("a redirect URI passes", () => {
  test("on https", () => {
    assert.equal(redirectUri(`${ORIGIN}/bank`, "production").result, "ok");
  });
  test("on http for localhost, in the sandbox", () => {
    assert.equal(redirectUri("http://localhost:5173/").result, "ok");
  });
});

describe("a redirect URI fails", () => {
  const cases: Record<string, [uri: string, environment: "sandbox" | "production", reason: RegExp]> = {
    "on http": ["http://shop.example.com/bank", "sandbox", /https/],
    "on localhost in production": ["https://localhost/bank", "production", /sandbox only/],
    "with a query": [`${ORIGIN}/bank?a=1`, "sandbox", /query/],
    "with an empty query": [`${ORIGIN}/bank?`, "sandbox", /query/],
    "with a fragment": [`${ORIGIN}/#/bank`, "sandbox", /hash routing/],
    "with more than 128 characters": [`${ORIGIN}/${"x".repeat(120)}`, "sandbox", /128/],
    "with credentials": ["https://a:b@shop.example.com/", "sandbox", /credentials/],
    "on an origin that is not allowed": ["https://other.example.com/bank", "sandbox", /ALLOWED_ORIGINS/],
  };
  for (const [name, [uri, environment, reason]] of Object.entries(cases)) {
    test(name, () => {
      const item = redirectUri(uri, environment);
      assert.equal(item.result, "failed");
      assert.match(item.detail, reason);
      assert.match(item.detail, /entry 1/);
      // What is wrong may be anything, a secret too.
      assert.ok(!JSON.stringify(item).includes(uri));
    });
  }
  test("when there is none", () => {
    const [item] = checkRedirectUris({ environment: "sandbox", redirectUris: [], allowedOrigins: new Set() });
    assert.equal(item?.result, "failed");
    assert.match(item?.detail ?? "", /REDIRECT_URIS/);
  });
});

test("origins must be https, and there must be one", () => {
  const results = (environment: "sandbox" | "production", ...origins: string[]) =>
    checkOrigins({ environment, redirectUris: [], allowedOrigins: new Set(origins) }).map(
      ({ result }) => result,
    );
  assert.deepEqual(results("sandbox"), ["failed"]);
  assert.deepEqual(results("sandbox", ORIGIN, "http://localhost:5173"), ["ok", "ok"]);
  assert.deepEqual(results("production", ORIGIN, "http://localhost:5173"), ["ok", "failed"]);
  assert.deepEqual(results("sandbox", "http://shop.example.com"), ["failed"]);
});
