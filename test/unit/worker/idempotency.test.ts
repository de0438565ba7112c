import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fingerprintOf, scopeOf } from "../../../worker/idempotency/fingerprint.ts";
import { parseIdempotencyKey } from "../../../worker/idempotency/key.ts";
import { RefusalError } from "../../../worker/problems/problem.ts";

describe("an Idempotency-Key", () => {
  test("is the same quoted and bare", () => {
    assert.equal(parseIdempotencyKey('"a key"'), "a key");
    assert.equal(parseIdempotencyKey(" a key "), "a key");
    assert.equal(parseIdempotencyKey('"a \\"b\\" \\\\"'), 'a "b" \\');
  });

  for (const bad of ['"unclosed', '""', "x".repeat(256), "ümlaut", '"a"b"']) {
    test(`is refused as ${bad.slice(0, 12)}`, () => {
      assert.throws(
        () => parseIdempotencyKey(bad),
        (error) => error instanceof RefusalError && error.refusal.code === "invalid_request",
      );
    });
  }

  test("must be there", () => {
    for (const header of [undefined, "", "  "]) {
      assert.throws(
        () => parseIdempotencyKey(header),
        (error) => error instanceof RefusalError && error.refusal.code === "idempotency_key_missing",
      );
    }
  });
});

describe("a key's scope", () => {
  const owner = { environment: "sandbox", provider: "cybrid", customerId: "c" } as const;

  test("is a hash of environment, provider, customer, method, path and key", async () => {
    const scopes = await Promise.all([
      scopeOf(owner, "POST", "/v1/links", "k"),
      scopeOf({ ...owner, environment: "production" }, "POST", "/v1/links", "k"),
      scopeOf({ ...owner, provider: "lynx" }, "POST", "/v1/links", "k"),
      scopeOf({ ...owner, customerId: "d" }, "POST", "/v1/links", "k"),
      scopeOf(owner, "PUT", "/v1/links", "k"),
      scopeOf(owner, "POST", "/v1/links/1/finalize", "k"),
      scopeOf(owner, "POST", "/v1/links", "l"),
    ]);
    assert.equal(new Set(scopes).size, scopes.length);
    for (const scope of scopes) assert.match(scope, /^[0-9a-f]{64}$/);
  });
});

describe("a fingerprint", () => {
  test("does not depend on the order of fields, but on every value", async () => {
    const one = await fingerprintOf({ a: 1, b: { c: [1, 2], d: null } });
    assert.equal(await fingerprintOf({ b: { d: null, c: [1, 2] }, a: 1 }), one);
    assert.notEqual(await fingerprintOf({ a: 1, b: { c: [2, 1], d: null } }), one);
    assert.notEqual(await fingerprintOf({ a: 1, b: { c: [1, 2] } }), one);
  });
});
