import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseConfig } from "../../../worker/config.ts";
import { externalBankAccount, workflow } from "../../../worker/providers/cybrid/schemas.ts";
import {
  accountListAnswer,
  linkTokenAnswer,
  linkVerifiedAnswer,
} from "../../../worker/providers/lynx/schemas.ts";
import { notDone } from "../../../worker/providers/provider.ts";
import { createProvider } from "../../../worker/providers/registry.ts";

const vars = {
  PROVIDERS: "cybrid,lynx",
  ENVIRONMENT: "sandbox",
  REDIRECT_URIS: "https://a.example/bank",
  SESSION_SECRET: "a-secret-of-at-least-32-bytes-------",
  CYBRID_CLIENT_ID: "id",
  CYBRID_CLIENT_SECRET: "secret",
  LYNX_CLIENT_ID: "id",
  LYNX_CLIENT_SECRET: "secret",
  LYNX_CLIENT_ORG: "org",
  LYNX_LINK_TOKEN_PATH: "/token",
  LYNX_LINK_VERIFIED_PATH: "/verified",
};

function capabilities(name: "cybrid" | "lynx", change: object = {}) {
  const tokens = { get: async () => notDone("provider_unavailable"), proved() {}, drop: async () => false };
  return createProvider(parseConfig({ ...vars, ...change }), name, { tokens, log: () => {} }).capabilities;
}

describe("a provider says what it can", () => {
  test("Cybrid", () => {
    const all = { refresh: true, reopen: true, list: true, remove: true };
    assert.deepEqual(capabilities("cybrid"), { ...all, verify_ownership: false });
    assert.deepEqual(capabilities("cybrid", { CYBRID_VERIFY_OWNERSHIP: "true" }), {
      ...all,
      verify_ownership: true,
    });
  });

  test("Lynx", () => {
    const none = { refresh: false, reopen: false, remove: false, verify_ownership: false };
    assert.deepEqual(capabilities("lynx"), { ...none, list: false });
    assert.deepEqual(capabilities("lynx", { LYNX_ACCOUNTS_PATH: "/accounts" }), { ...none, list: true });
  });
});

describe("an answer is read for what is needed, whatever else is in it", () => {
  test("Cybrid's, with fields that nobody knows and without those that may be missing", () => {
    const more = { guid: "g", state: "some_new_state", surprise: { deep: [1] } };
    assert.deepEqual(externalBankAccount.parse(more), { guid: "g", state: "some_new_state" });
    assert.deepEqual(workflow.parse({ ...more, plaid_link_token: null }), {
      guid: "g",
      state: "some_new_state",
      plaid_link_token: null,
    });
    assert.ok(!workflow.safeParse({ state: "completed" }).success);
  });

  test("Lynx's, in each of the shapes that are known", () => {
    for (const answer of [
      { data: { token: "t" } },
      { data: { linkToken: "t" } },
      { token: "t" },
      { linkToken: "t" },
    ])
      assert.equal(linkTokenAnswer.parse(answer), "t");
    const warning = [{ errorCode: "GBL-1", exceptionSource: "SYSTEM", exceptionMessage: "a warning" }];
    for (const answer of [
      { data: "id" },
      { data: { id: "id" } },
      { data: { uuid: "id" } },
      { data: "id", exceptions: warning },
      "id",
      { id: "id" },
    ])
      assert.deepEqual(linkVerifiedAnswer.parse(answer), { id: "id" });
    assert.deepEqual(linkVerifiedAnswer.parse({ data: null, exceptions: [] }), { id: null });
    const externalAccounts = [{ name: "n", surprise: 1 }];
    for (const answer of [{ data: { externalAccounts } }, { externalAccounts }])
      assert.deepEqual(accountListAnswer.parse(answer), [{ name: "n" }]);
  });

  test("Lynx's, which is no success where it says nothing of one", () => {
    for (const answer of [
      { status: "ERROR" },
      { data: { success: false } },
      { data: { success: false }, exceptions: [] },
      { data: { status: "FAILED" }, exceptions: [] },
      { data: null },
      {},
      undefined,
      [],
    ])
      assert.ok(!linkVerifiedAnswer.safeParse(answer).success, JSON.stringify(answer));
  });
});
