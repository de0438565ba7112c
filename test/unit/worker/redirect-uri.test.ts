import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allowedRedirectUri } from "../../../worker/http/redirect-uri.ts";
import { RefusalError } from "../../../worker/problems/problem.ts";

const ONE = "https://shop.example.com/bank";
const TWO = "https://shop.example.com/other";

function assertRefused(asked: string | undefined, registered: string[]): void {
  assert.throws(
    () => allowedRedirectUri(asked, registered),
    (error) => error instanceof RefusalError && error.refusal.code === "redirect_uri_not_allowed",
    String(asked),
  );
}

describe("a redirect URI", () => {
  test("is matched exactly, character by character", () => {
    assert.equal(allowedRedirectUri(TWO, [ONE, TWO]), TWO);
    for (const near of [`${ONE}/`, `${ONE}?a=1`, `${ONE}#a`, ONE.toUpperCase(), "https://shop.example.com"]) {
      assertRefused(near, [ONE, TWO]);
    }
    assertRefused(ONE, []);
  });

  test("that is left out is the only configured one, or none", () => {
    assert.equal(allowedRedirectUri(undefined, [ONE]), ONE);
    assert.equal(allowedRedirectUri(undefined, []), null);
  });

  test("is required if several are configured", () => {
    assertRefused(undefined, [ONE, TWO]);
  });
});
