import assert from "node:assert/strict";
import { test } from "node:test";
import { tryLinkTokens } from "../../../../worker/doctor/checks/link-tokens.ts";
import {
  type LinkRequest,
  type Preparation,
  reject,
  succeed,
} from "../../../../worker/providers/provider.ts";

const ready: Preparation = {
  state: "ready",
  providerState: {},
  linkToken: "link-sandbox-secret",
  linkTokenLifeMs: 1,
};

function trial(
  prepare: (request: LinkRequest) => Preparation | null,
  redirectUris: string[] = ["https://a.example/"],
) {
  let nowMs = 0;
  return tryLinkTokens({
    provider: {
      name: "cybrid",
      prepare: async (request) => {
        const step = prepare(request);
        return step ? succeed(step) : reject("provider_rejected");
      },
    },
    customerId: "c",
    redirectUris,
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
  });
}

test("each redirect URI gets its own link token, and none is shown", async () => {
  const asked: (string | null)[] = [];
  const items = await trial(
    ({ redirectUri }) => {
      asked.push(redirectUri);
      return ready;
    },
    ["https://a.example/", "https://b.example/"],
  );
  assert.deepEqual(asked, ["https://a.example/", "https://b.example/"]);
  assert.deepEqual(
    items.map(({ result }) => result),
    ["ok", "ok"],
  );
  assert.doesNotMatch(JSON.stringify(items), /secret/);
});

test("without a redirect URI one link token is made", async () => {
  const items = await trial(({ redirectUri }) => (redirectUri === null ? ready : null), []);
  assert.deepEqual(
    items.map(({ result }) => result),
    ["ok"],
  );
});

test("the redirect URI that the provider rejects is the one that fails", async () => {
  const items = await trial(
    ({ redirectUri }) => (redirectUri === "https://b.example/" ? null : ready),
    ["https://a.example/", "https://b.example/"],
  );
  assert.deepEqual(
    items.map(({ result }) => result),
    ["ok", "failed"],
  );
  assert.match(items[1]?.detail ?? "", /registered/);
});

test("a workflow is polled, but not indefinitely", async () => {
  let looks = 0;
  const late = await trial(() => (++looks < 5 ? { state: "pending", providerState: {} } : ready));
  assert.equal(late[0]?.result, "ok");
  const never = await trial(() => ({ state: "pending", providerState: {} }));
  assert.equal(never[0]?.result, "failed");
  assert.match(never[0]?.detail ?? "", /too long/);
});
