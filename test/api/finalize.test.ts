import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { AccountList, Link, Problem } from "../../worker/contract.ts";
import { callsTo } from "../simulators/call-log.ts";
import { defaultCybridSettings } from "../simulators/cybrid/index.ts";
import type { Fault } from "../simulators/faults.ts";
import { type Answer, type Browser, type Edge, startEdge } from "./edge.ts";

let edge: Edge;
before(async () => {
  edge = await startEdge({ UPSTREAM_TIMEOUT_SECONDS: "1" });
});
after(() => edge.close());
afterEach(() => {
  edge.cybrid.faults.clear();
  edge.lynx.faults.clear();
  const { clientId, clientSecret, ...settings } = defaultCybridSettings();
  Object.assign(edge.cybrid.settings, settings);
  edge.plaid.settings.singleUsePublicTokens = true;
});

const CREATE = "POST /api/external_bank_accounts";

function finalize(browser: Browser, link: Link, body: unknown, key: string = randomUUID()) {
  return browser.call("POST", `/v1/links/${link.id}/finalize`, { key, body, headers: { Prefer: "wait=25" } });
}

/** Nothing but the ledger prevents a double. */
function switchOffProtections() {
  edge.cybrid.settings.duplicateDetection = false;
  edge.plaid.settings.singleUsePublicTokens = false;
}

describe("finalizing with Cybrid", () => {
  test("exactly one account is made, and told only once it is real", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    const answer = await finalize(browser, link, browser.choose(link));
    assert.equal(answer.status, 200);
    assert.equal(answer.body.status, "linked");
    assert.equal(answer.body.link_token, null);
    const held = edge.cybrid.accounts(browser.customerId);
    assert.equal(held.length, 1);
    assert.deepEqual(answer.body.account, {
      id: held[0]?.guid,
      provider: "cybrid",
      name: "First Platypus Bank - Plaid Checking",
      mask: "0000",
      type: "checking",
      asset: "USD",
      institution: { id: "ins_109508", name: "First Platypus Bank" },
      status: "active",
      failure_code: null,
      created_at: answer.body.account?.created_at,
      updated_at: answer.body.account?.updated_at,
    });
  });

  test("an unverified account is linked too, and says that it is unverified", async () => {
    const browser = await edge.browser();
    edge.cybrid.settings.accountOutcome = "unverified";
    const link = await browser.link();
    const { body } = await finalize(browser, link, browser.choose(link));
    assert.equal(body.status, "linked");
    assert.equal(body.account?.status, "unverified");
  });

  test("a duplicate is never linked", async () => {
    const browser = await edge.browser();
    const first = await browser.link();
    await finalize(browser, first, browser.choose(first));
    const second = await browser.link();
    const { status, body } = await finalize(browser, second, browser.choose(second));
    assert.equal(status, 200);
    assert.equal(body.status, "failed");
    assert.equal(body.problem?.code, "duplicate_account");
  });

  test("while the account is being made the answer is 202, and the outcome follows", async () => {
    const browser = await edge.browser();
    edge.cybrid.settings.accountMs = 1_500;
    const link = await browser.link();
    const early = await browser.call("POST", `/v1/links/${link.id}/finalize`, {
      key: randomUUID(),
      body: browser.choose(link),
      headers: { Prefer: "wait=0" },
    });
    assert.equal(early.status, 202);
    assert.equal(early.body.status, "finalizing");
    assert.equal(early.body.account, null);
    const late = await browser.call("GET", `/v1/links/${link.id}`, { headers: { Prefer: "wait=10" } });
    assert.equal(late.body.status, "linked");
  });

  test("a public token that arrives after the customer left is still taken", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    const choice = browser.choose(link);
    await browser.call("POST", `/v1/links/${link.id}/exit`, { body: { final: true } });
    const { body } = await finalize(browser, link, choice);
    assert.equal(body.status, "linked");
  });

  test("a public token that arrives after the link has expired is still taken", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    const choice = browser.choose(link);
    const error = { type: "INVALID_INPUT", code: "INVALID_LINK_TOKEN" };
    const left = await browser.call("POST", `/v1/links/${link.id}/exit`, { body: { error } });
    assert.equal(left.body.status, "expired");
    assert.equal((await finalize(browser, link, choice)).body.status, "linked");
  });

  test("of the account no more is needed than its id, and of the institution nothing", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    const { public_token, account } = browser.choose(link);
    const { id } = account as { id: string };
    const body = { public_token, account: { id }, institution: null, link_session_id: "session-1" };
    const answer = await finalize(browser, link, body);
    assert.equal(answer.body.status, "linked");
    assert.equal(answer.body.account?.name, "Bank account");
  });

  test("a refusal of the provider fails the link, and says nothing of the provider's own words", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    const body = { status: 422, message_code: "invalid_parameter", error_message: "upstream's own words" };
    edge.cybrid.faults.once(CREATE, { kind: "status", status: 422, body });
    const answer = await finalize(browser, link, browser.choose(link));
    assert.equal(answer.status, 200);
    assert.equal(answer.body.status, "failed");
    assert.equal(answer.body.problem?.code, "provider_rejected");
    assert.doesNotMatch(JSON.stringify(answer.body), /own words|invalid_parameter/);
  });

  for (const [failed, code] of [
    ["plaid_multiple_accounts", "multiple_accounts"],
    ["invalid_account_type", "account_type_unsupported"],
    ["create_failed", "provider_rejected"],
  ] as const) {
    test(`an account that ended as ${failed} fails the link with ${code}`, async () => {
      const browser = await edge.browser();
      edge.cybrid.settings.accountOutcome = { failed };
      const link = await browser.link();
      const { status, body } = await finalize(browser, link, browser.choose(link));
      assert.equal(status, 200);
      assert.equal(body.status, "failed");
      assert.equal(body.problem?.code, code);
    });
  }

  for (const missing of ["public_token", "account"] as const) {
    test(`without ${missing} nothing is called and the problem is clear`, async () => {
      const browser = await edge.browser();
      const link = await browser.link();
      const choice: Record<string, unknown> = browser.choose(link);
      choice[missing] = missing === "account" ? { id: "" } : null;
      const answer = await browser.call<Problem>("POST", `/v1/links/${link.id}/finalize`, {
        key: randomUUID(),
        body: choice,
      });
      assert.equal(answer.status, 422);
      assert.equal(answer.body.code, "account_metadata_missing");
      assert.equal(callsTo(edge.cybrid.calls, CREATE, browser.customerId).length, 0);
      const { body } = await browser.call("GET", `/v1/links/${link.id}`);
      assert.equal(body.status, "ready");
    });
  }
});

describe("once and only once", () => {
  test("the same finalize sent twice at once, protections off, makes one account", async () => {
    switchOffProtections();
    const browser = await edge.browser();
    const link = await browser.link();
    const choice = browser.choose(link);
    const key = randomUUID();
    const answers = await Promise.all([
      finalize(browser, link, choice, key),
      finalize(browser, link, choice, key),
    ]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    const conflict = answers.find(({ status }) => status === 409) as Answer<unknown> as Answer<Problem>;
    assert.equal(conflict.body.code, "idempotency_in_progress");
    assert.ok(conflict.headers.get("Retry-After"));
    assert.equal(edge.cybrid.accounts(browser.customerId).length, 1);
    const replay = await finalize(browser, link, choice, key);
    assert.equal(replay.headers.get("Idempotent-Replayed"), "true");
    assert.equal(replay.body.status, "linked");
  });

  test("two finalizes of one link with different keys join, protections off", async () => {
    switchOffProtections();
    const browser = await edge.browser();
    const link = await browser.link();
    const choice = browser.choose(link);
    const answers = await Promise.all([1, 2, 3].map(() => finalize(browser, link, choice)));
    const ids = new Set(answers.map(({ body }) => body.account?.id));
    assert.deepEqual([...ids], [edge.cybrid.accounts(browser.customerId)[0]?.guid]);
    assert.equal(callsTo(edge.cybrid.calls, CREATE, browser.customerId).length, 1);
  });

  test("a key used for another payload is refused", async () => {
    const browser = await edge.browser();
    const key = randomUUID();
    await browser.call("POST", "/v1/links", { key, body: {} });
    const other = await browser.call<Problem>("POST", "/v1/links", { key, body: { reference: "another" } });
    assert.equal(other.status, 422);
    assert.equal(other.body.code, "idempotency_key_reused");
  });

  test("a finalize without a key is refused, and the link stays as it was", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    const answer = await browser.call<Problem>("POST", `/v1/links/${link.id}/finalize`, {
      body: browser.choose(link),
    });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.code, "idempotency_key_missing");
    assert.equal((await browser.call("GET", `/v1/links/${link.id}`)).body.status, "ready");
  });

  for (const outcome of ["linked", "failed"] as const) {
    test(`${outcome} is the end: nothing moves the link on, and the outcome is repeated`, async () => {
      switchOffProtections();
      const browser = await edge.browser();
      if (outcome === "failed") edge.cybrid.settings.accountOutcome = { failed: "create_failed" };
      const link = await browser.link();
      const choice = browser.choose(link);
      const { body: end } = await finalize(browser, link, choice);
      assert.equal(end.status, outcome);
      edge.cybrid.settings.accountOutcome = "completed";
      const opened = await browser.call<Problem>("POST", `/v1/links/${link.id}/open`);
      assert.equal(opened.status, 409);
      assert.equal(opened.body.code, "link_closed");
      const left = await browser.call("POST", `/v1/links/${link.id}/exit`, { body: { final: true } });
      assert.deepEqual(left.body, end);
      const again = await finalize(browser, link, choice);
      assert.deepEqual(again.body, end);
      assert.equal(callsTo(edge.cybrid.calls, CREATE, browser.customerId).length, 1);
    });
  }

  test("leaving does not stop a link that is being finalized", async () => {
    const browser = await edge.browser();
    edge.cybrid.settings.accountMs = 1_000;
    const link = await browser.link();
    await browser.call("POST", `/v1/links/${link.id}/finalize`, {
      key: randomUUID(),
      body: browser.choose(link),
      headers: { Prefer: "wait=0" },
    });
    const left = await browser.call("POST", `/v1/links/${link.id}/exit`, { body: { final: true } });
    assert.equal(left.body.status, "finalizing");
    const { body } = await browser.call("GET", `/v1/links/${link.id}`, { headers: { Prefer: "wait=10" } });
    assert.equal(body.status, "linked");
  });

  test("without a key nothing happens", async () => {
    const browser = await edge.browser();
    const answer = await browser.call<Problem>("POST", "/v1/links", { body: {} });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.code, "idempotency_key_missing");
    assert.equal(callsTo(edge.cybrid.calls, "POST /api/workflows", browser.customerId).length, 0);
  });
});

describe("another choice in the same link", () => {
  test("is refused, since the first choice's success would not be its own", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    const [mine, other] = [browser.choose(link), browser.choose(link)];
    assert.equal((await finalize(browser, link, mine)).body.status, "linked");
    const refused = await browser.call<Problem>("POST", `/v1/links/${link.id}/finalize`, {
      key: randomUUID(),
      body: other,
    });
    assert.equal(refused.status, 409);
    assert.equal(refused.body.code, "link_closed");
    assert.equal(edge.cybrid.accounts(browser.customerId).length, 1);
  });

  test("two accounts in one body are refused before anything is called", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    const { account, ...choice } = browser.choose(link);
    const refused = await browser.call<Problem>("POST", `/v1/links/${link.id}/finalize`, {
      key: randomUUID(),
      body: { ...choice, accounts: [account, account] },
    });
    assert.equal(refused.status, 422);
    assert.equal(refused.body.code, "multiple_accounts");
  });
});

describe("an outcome that nobody was told, protections off", () => {
  for (const work of ["done", "undone"] as const) {
    test(`Cybrid: connection dropped with the work ${work}: one account, found or made`, async () => {
      switchOffProtections();
      const browser = await edge.browser();
      const link = await browser.link();
      edge.cybrid.faults.once(CREATE, { kind: "drop", work });
      const { body } = await finalize(browser, link, browser.choose(link));
      assert.equal(body.status, "linked");
      const held = edge.cybrid.accounts(browser.customerId);
      assert.deepEqual(
        held.map(({ guid }) => guid),
        [body.account?.id],
      );
      assert.equal(callsTo(edge.cybrid.calls, CREATE, browser.customerId).length, work === "done" ? 1 : 2);
    });

    test(`Lynx: connection dropped with the work ${work}: the same key, one account`, async () => {
      edge.plaid.settings.singleUsePublicTokens = false;
      const browser = await edge.browser("lynx");
      const link = await browser.link();
      edge.lynx.faults.once(`POST ${edge.lynx.paths.linkVerified}`, { kind: "drop", work });
      const { body } = await finalize(browser, link, browser.choose(link));
      assert.equal(body.status, "linked");
      assert.equal(edge.lynx.accounts(browser.customerId).length, 1);
    });
  }

  const unreadable: Record<string, Fault> = {
    "cut off": { kind: "cut" },
    "half a JSON": { kind: "truncated-json" },
    "a proxy's page": { kind: "wrong-content-type", page: true },
    "four megabytes": { kind: "oversized-json" },
    "a 502 after the work": { kind: "status", status: 502, work: "done" },
  };
  for (const [name, fault] of Object.entries(unreadable)) {
    test(`Cybrid: an answer that cannot be read is a lost one: ${name}`, async () => {
      switchOffProtections();
      const browser = await edge.browser();
      const link = await browser.link();
      edge.cybrid.faults.once(CREATE, fault);
      const { body } = await finalize(browser, link, browser.choose(link));
      assert.equal(body.status, "linked");
      assert.equal(callsTo(edge.cybrid.calls, CREATE, browser.customerId).length, 1);
    });
  }

  test("while one link is in doubt, the customer's other one is posted at once, under a name of its own", async () => {
    switchOffProtections();
    const browser = await edge.browser();
    const first = await browser.link();
    await browser.call("POST", `/v1/links/${first.id}/open`);
    const second = await browser.link();
    edge.cybrid.faults.once(CREATE, { kind: "drop", work: "done" });
    const inDoubt = finalize(browser, first, browser.choose(first));
    while (callsTo(edge.cybrid.calls, CREATE, browser.customerId).length === 0) await delay(20);
    const [{ body: found }] = await Promise.all([inDoubt, finalize(browser, second, browser.choose(second))]);
    assert.equal(found.status, "linked");
    const [lost, other, ...more] = callsTo(edge.cybrid.calls, CREATE, browser.customerId);
    assert.deepEqual(more, []);
    // The first lookup comes half a second after the lost answer.
    assert.ok((other?.atMs ?? 0) - (lost?.atMs ?? 0) < 450);
    const names = edge.cybrid.accounts(browser.customerId).map(({ name }) => name);
    assert.deepEqual(names.toSorted(), [`${found.account?.name}`, `${found.account?.name} 2`]);
  });

  test("two links of one customer to the same bank, the first in doubt, never adopt each other's account", async () => {
    switchOffProtections();
    const browser = await edge.browser();
    const first = await browser.link();
    await browser.call("POST", `/v1/links/${first.id}/open`);
    const second = await browser.link();
    edge.cybrid.faults.once(CREATE, { kind: "drop", work: "done" });
    const answers = await Promise.all([
      finalize(browser, first, browser.choose(first)),
      finalize(browser, second, browser.choose(second)),
    ]);
    assert.deepEqual(
      answers.map(({ body }) => body.status),
      ["linked", "linked"],
    );
    const told = answers.map(({ body }) => body.account?.id).sort();
    const held = edge.cybrid
      .accounts(browser.customerId)
      .map(({ guid }) => guid)
      .sort();
    assert.deepEqual(told, held);
    assert.equal(held.length, 2);
  });
});

describe("finalizing with Lynx", () => {
  test("one account, by the key derived from the link", async () => {
    const browser = await edge.browser("lynx");
    const link = await browser.link();
    const { body } = await finalize(browser, link, browser.choose(link));
    assert.equal(body.status, "linked");
    assert.equal(body.account?.status, "active");
    assert.equal(edge.lynx.accounts(browser.customerId).length, 1);
    const [call] = callsTo(edge.lynx.calls, `POST ${edge.lynx.paths.linkVerified}`, browser.customerId);
    const sent = call?.requestBody as { idempotency: { idempotencyKey: string } };
    assert.equal(sent.idempotency.idempotencyKey, `sandbox:${link.id}`);
  });

  test("an account without an id is linked all the same", async () => {
    edge.lynx.settings.linkVerifiedData = "nothing";
    const browser = await edge.browser("lynx");
    const link = await browser.link();
    const { body } = await finalize(browser, link, browser.choose(link));
    edge.lynx.settings.linkVerifiedData = "uuid";
    assert.equal(body.status, "linked");
    assert.equal(body.account?.id, null);
    assert.equal(body.account?.mask, "0000");
  });

  test("each link token is asked for with a fresh key", async () => {
    const browser = await edge.browser("lynx");
    await browser.link({ reference: "one" });
    await browser.link({ reference: "two" });
    const keys = callsTo(edge.lynx.calls, `POST ${edge.lynx.paths.linkToken}`, browser.customerId).map(
      ({ requestBody }) =>
        (requestBody as { idempotency: { idempotencyKey: string } }).idempotency.idempotencyKey,
    );
    assert.equal(new Set(keys).size, 2);
  });

  test("a type of account that Lynx does not know is refused before Lynx is called", async () => {
    const browser = await edge.browser("lynx");
    const link = await browser.link();
    const choice = browser.choose(link);
    const account = { ...(choice.account as object), subtype: "cd" };
    const answer = await browser.call<Problem>("POST", `/v1/links/${link.id}/finalize`, {
      key: randomUUID(),
      body: { ...choice, account },
    });
    assert.equal(answer.status, 422);
    assert.equal(answer.body.code, "account_type_unsupported");
    assert.equal(
      callsTo(edge.lynx.calls, `POST ${edge.lynx.paths.linkVerified}`, browser.customerId).length,
      0,
    );
  });

  const refusals = {
    "exceptions of another shape": { data: null, exceptions: [{ errorCode: 123 }] },
    "exceptions that are sentences": { data: null, exceptions: ["no"] },
    "exceptions that are an object": { data: null, exceptions: { code: "no" } },
    "an error": { error: "no" },
  };
  for (const [shape, body] of Object.entries(refusals)) {
    test(`a 200 with ${shape} is a refusal, never a success`, async () => {
      const browser = await edge.browser("lynx");
      const link = await browser.link();
      edge.lynx.faults.once(`POST ${edge.lynx.paths.linkVerified}`, {
        kind: "status",
        status: 200,
        body,
      });
      const answer = await finalize(browser, link, browser.choose(link));
      assert.equal(answer.body.status, "failed");
      assert.equal(answer.body.problem?.code, "provider_rejected");
    });
  }

  for (const answers of ["enveloped", "bare"] as const) {
    test(`${answers} answers are understood`, async () => {
      edge.lynx.settings.answers = answers;
      const browser = await edge.browser("lynx");
      const link = await browser.link();
      assert.match(link.link_token ?? "", /^link-sandbox-/);
      edge.lynx.settings.answers = "enveloped";
    });
  }
});

describe("refreshing an account", () => {
  async function linkedAccount(browser: Browser): Promise<string> {
    const link = await browser.link();
    const { body } = await finalize(browser, link, browser.choose(link));
    return body.account?.id ?? "";
  }

  test("an expired connection becomes active again and no second account exists", async () => {
    const browser = await edge.browser();
    const accountId = await linkedAccount(browser);
    edge.cybrid.forceState(accountId, "refresh_required");
    const refresh = await browser.link({ account_id: accountId });
    assert.equal(refresh.mode, "refresh");
    // A page that comes back from a bank knows by it which of its elements goes on.
    assert.equal(refresh.account?.id, accountId);
    const { body } = await finalize(browser, refresh, {});
    assert.equal(body.status, "linked");
    assert.equal(body.account?.status, "active");
    assert.equal(edge.cybrid.accounts(browser.customerId).length, 1);
    const list = await browser.call<AccountList>("GET", "/v1/accounts");
    assert.deepEqual(
      list.body.accounts.map(({ id, status, institution }) => [id, status, institution?.name]),
      [[accountId, "active", "First Platypus Bank"]],
    );
  });

  test("no balance is read unless the configuration asks for it", async () => {
    const browser = await edge.browser();
    const accountId = await linkedAccount(browser);
    edge.cybrid.forceState(accountId, "refresh_required");
    const refresh = await browser.link({ account_id: accountId });
    assert.equal((await finalize(browser, refresh, {})).body.status, "linked");
    const own = edge.cybrid.calls.filter(({ customer }) => customer === browser.customerId);
    assert.equal(own.filter(({ method }) => method === "PATCH").length, 1);
    assert.ok(!own.some(({ path }) => path.includes("balance")));
  });

  test("the state that comes back from the provider is read, not assumed", async () => {
    const browser = await edge.browser();
    const accountId = await linkedAccount(browser);
    edge.cybrid.forceState(accountId, "refresh_required");
    edge.cybrid.settings.patchAnswers = "unverified";
    const refresh = await browser.link({ account_id: accountId });
    const { body } = await finalize(browser, refresh, {});
    assert.equal(body.account?.status, "unverified");
  });

  test("an account that needs no refresh is not touched", async () => {
    const browser = await edge.browser();
    const accountId = await linkedAccount(browser);
    const refresh = await browser.link({ account_id: accountId });
    const { body } = await finalize(browser, refresh, {});
    assert.equal(body.status, "linked");
    assert.equal(
      callsTo(edge.cybrid.calls, "PATCH /api/external_bank_accounts/:guid", browser.customerId).length,
      0,
    );
  });

  test("takes no public token and no account", async () => {
    const browser = await edge.browser();
    const accountId = await linkedAccount(browser);
    const refresh = await browser.link({ account_id: accountId });
    const answer = await browser.call<Problem>("POST", `/v1/links/${refresh.id}/finalize`, {
      key: randomUUID(),
      body: browser.choose(refresh),
    });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.code, "invalid_request");
    assert.equal(answer.body.errors?.[0]?.pointer, "/public_token");
    assert.equal(edge.cybrid.accounts(browser.customerId).length, 1);
  });

  test("another customer's account is not found", async () => {
    const browser = await edge.browser();
    const stranger = await edge.browser();
    const accountId = await linkedAccount(browser);
    const answer = await stranger.call<Problem>("POST", "/v1/links", {
      key: randomUUID(),
      body: { account_id: accountId },
    });
    assert.equal(answer.status, 404);
    assert.equal(answer.body.code, "not_found");
  });

  test("Lynx cannot, and says so", async () => {
    const browser = await edge.browser("lynx");
    const answer = await browser.call<Problem>("POST", "/v1/links", {
      key: randomUUID(),
      body: { account_id: "x" },
    });
    assert.equal(answer.status, 422);
    assert.equal(answer.body.code, "refresh_unsupported");
  });
});

test("a provider that does not answer in time is provider_timeout, where no link carries the problem", async () => {
  const browser = await edge.browser();
  const route = "GET /api/external_bank_accounts";
  edge.cybrid.faults.add({ route, fault: { kind: "silence", work: "undone" } });
  const answer = await browser.call<Problem>("GET", "/v1/accounts");
  assert.equal(answer.status, 504);
  assert.equal(answer.body.code, "provider_timeout");
  assert.equal(answer.body.retryable, true);
});
