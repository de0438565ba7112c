import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import type { Link, LinkList, Problem } from "../../worker/contract.ts";
import { callsTo } from "../simulators/call-log.ts";
import { defaultCybridSettings } from "../simulators/cybrid/index.ts";
import { type Answer, API_KEY, type Edge, REDIRECT_URI, startEdge } from "./edge.ts";

let edge: Edge;
before(async () => {
  edge = await startEdge();
});
after(() => edge.close());
afterEach(() => {
  edge.cybrid.faults.clear();
  const { clientId, clientSecret, ...settings } = defaultCybridSettings();
  Object.assign(edge.cybrid.settings, settings);
  edge.plaid.settings.singleUsePublicTokens = true;
});

describe("creating a link", () => {
  test("it becomes ready with a link token and the estimate of its life", async () => {
    const browser = await edge.browser();
    const answer = await browser.call("POST", "/v1/links", { key: randomUUID(), body: {} });
    assert.equal(answer.status, 201);
    assert.equal(answer.body.status, "ready");
    assert.equal(answer.body.mode, "link");
    assert.match(answer.body.link_token ?? "", /^link-sandbox-/);
    const lifeMs = Date.parse(answer.body.link_token_expires_at ?? "") - Date.now();
    assert.ok(lifeMs > 3.9 * 3_600_000 && lifeMs <= 4 * 3_600_000, `${lifeMs} ms`);
    assert.equal(answer.headers.get("Cache-Control"), "no-store");
    assert.ok(answer.headers.get("X-Request-Id"));
  });

  test("the workflow asks for the customer, the language and the registered redirect URI", async () => {
    const browser = await edge.browser();
    await browser.link({ language: "de-AT" });
    const [call] = callsTo(edge.cybrid.calls, "POST /api/workflows", browser.customerId);
    assert.deepEqual(call?.requestBody, {
      type: "plaid",
      kind: "link_token_create",
      language: "de",
      link_customization_name: "default",
      customer_guid: browser.customerId,
      redirect_uri: REDIRECT_URI,
    });
  });

  test("a workflow of eight seconds is waited for", async () => {
    const browser = await edge.browser();
    edge.cybrid.settings.workflowMs = 8_000;
    const answer = await browser.call("POST", "/v1/links", { key: randomUUID(), body: {} });
    assert.equal(answer.status, 201);
    assert.equal(answer.body.status, "ready");
    const polls = callsTo(edge.cybrid.calls, "GET /api/workflows/:guid", browser.customerId).length;
    assert.ok(polls <= 12, `${polls} polls`);
  });

  test("whoever does not want to wait gets 202 and asks again", async () => {
    const browser = await edge.browser();
    edge.cybrid.settings.workflowMs = 800;
    const created = await browser.call("POST", "/v1/links", {
      key: randomUUID(),
      body: {},
      headers: { Prefer: "wait=0" },
    });
    assert.equal(created.status, 202);
    assert.equal(created.body.status, "preparing");
    assert.equal(created.body.link_token, null);
    assert.equal(created.headers.get("Preference-Applied"), "wait=0");
    assert.ok(Number(created.headers.get("Retry-After")) >= 1);
    const ready = await browser.call("GET", `/v1/links/${created.body.id}`, {
      headers: { Prefer: "wait=10" },
    });
    assert.equal(ready.status, 200);
    assert.equal(ready.body.status, "ready");
  });

  test("a failed workflow ends the link with a problem, and the same key may be used again", async () => {
    const browser = await edge.browser();
    edge.cybrid.settings.workflowOutcome = { failed: "some_code" };
    const key = randomUUID();
    const failed = await browser.call("POST", "/v1/links", { key, body: {} });
    assert.equal(failed.status, 201);
    assert.equal(failed.body.status, "failed");
    assert.equal(failed.body.problem?.code, "provider_unavailable");
    assert.equal(failed.body.problem?.retryable, true);
    assert.doesNotMatch(JSON.stringify(failed.body), /some_code/);
    edge.cybrid.settings.workflowOutcome = "completed";
    const again = await browser.call("POST", "/v1/links", { key, body: {} });
    assert.equal(again.body.status, "ready");
    assert.notEqual(again.body.id, failed.body.id);
  });

  test("a ready link that was never opened is handed out again instead of another", async () => {
    const browser = await edge.browser();
    const first = await browser.link();
    const second = await browser.link();
    assert.equal(second.id, first.id);
    await browser.call("POST", `/v1/links/${first.id}/open`);
    const third = await browser.link();
    assert.notEqual(third.id, first.id);
  });

  test("a ready link of other wishes is not handed out", async () => {
    const browser = await edge.browser();
    const ids = new Set<string>();
    for (const wishes of [{}, { reference: "order 7" }, { language: "fr" }]) {
      ids.add((await browser.link(wishes)).id);
    }
    assert.equal(ids.size, 3);
  });

  test("a ready link with less than ten minutes left is not handed out", async () => {
    const browser = await edge.browser();
    const storage = await edge.harness
      .getWorker()
      .getDurableObjectStorage("Ledger", { name: `sandbox:cybrid:${browser.customerId}` });
    const leave = async (minutes: number) => {
      await storage.exec(
        "UPDATE link SET record = json_set(record, '$.linkTokenExpiresAtMs', ?)",
        Date.now() + minutes * 60_000,
      );
    };
    const first = await browser.link();
    await leave(11);
    assert.equal((await browser.link()).id, first.id);
    await leave(9);
    assert.notEqual((await browser.link()).id, first.id);
  });

  test("a workflow whose answer was lost is asked for again, since one that nobody uses does no harm", async () => {
    const browser = await edge.browser();
    edge.cybrid.faults.once("POST /api/workflows", { kind: "drop", work: "done" });
    const link = await browser.link();
    assert.equal(link.status, "ready");
    assert.equal(edge.cybrid.workflows(browser.customerId).length, 2);
  });

  test("a refresh's link token, and Lynx's, are taken to live half an hour", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    const { body } = await browser.call("POST", `/v1/links/${link.id}/finalize`, {
      key: randomUUID(),
      body: browser.choose(link),
    });
    const links = [
      await browser.link({ account_id: body.account?.id }),
      await (await edge.browser("lynx")).link(),
    ];
    for (const { mode, link_token_expires_at } of links) {
      const lifeMs = Date.parse(link_token_expires_at ?? "") - Date.now();
      assert.ok(lifeMs > 29 * 60_000 && lifeMs <= 30 * 60_000, `${mode}: ${lifeMs} ms`);
    }
  });

  test("the twenty-first new link within an hour is refused", async () => {
    const browser = await edge.browser();
    for (let made = 0; made < 20; made++) await browser.link({ reference: `order ${made}` });
    const refused = await browser.call<Problem>("POST", "/v1/links", {
      key: randomUUID(),
      body: { reference: "x" },
    });
    assert.equal(refused.status, 429);
    assert.equal(refused.body.code, "rate_limited");
    assert.ok(refused.headers.get("Retry-After"));
  });

  test("a redirect URI that is not registered is refused and nothing is made", async () => {
    const browser = await edge.browser();
    const refused = await browser.call<Problem>("POST", "/v1/links", {
      key: randomUUID(),
      body: { redirect_uri: `${REDIRECT_URI}/` },
    });
    assert.equal(refused.status, 422);
    assert.equal(refused.body.code, "redirect_uri_not_allowed");
    const list = await browser.call<LinkList>("GET", "/v1/links");
    assert.deepEqual(list.body.links, []);
  });
});

describe("waiting for a link", () => {
  test("POST waits ten seconds unasked, GET not at all, and nobody more than twenty-five", async () => {
    const browser = await edge.browser();
    edge.cybrid.settings.workflowMs = 12_000;
    const timed = async (work: Promise<Answer<Link>>) => {
      const startedAtMs = Date.now();
      return { answer: await work, tookMs: Date.now() - startedAtMs };
    };
    const created = await timed(browser.call("POST", "/v1/links", { key: randomUUID(), body: {} }));
    assert.equal(created.answer.status, 202);
    assert.ok(created.tookMs > 9_500 && created.tookMs < 11_500, `${created.tookMs} ms`);
    assert.equal(created.answer.headers.get("Preference-Applied"), null);
    const path = `/v1/links/${created.answer.body.id}`;
    const early = await timed(browser.call("GET", path));
    assert.equal(early.answer.status, 202);
    assert.ok(early.tookMs < 1_000, `${early.tookMs} ms`);
    const ready = await browser.call("GET", path, { headers: { Prefer: "respond-async, wait=99" } });
    assert.equal(ready.headers.get("Preference-Applied"), "wait=25");
    assert.equal(ready.body.status, "ready");
  });
});

test("the list holds the newest fifty links, the newest first", async () => {
  const browser = await edge.browser();
  const link = await browser.link();
  const storage = await edge.harness
    .getWorker()
    .getDurableObjectStorage("Ledger", { name: `sandbox:cybrid:${browser.customerId}` });
  await storage.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
     INSERT INTO link SELECT 'lnk_' || i, status, created_at_ms - i * 60000, opened_at_ms, due_at_ms,
       json_set(record, '$.id', 'lnk_' || i) FROM link, n`,
  );
  const { body } = await browser.call<LinkList>("GET", "/v1/links");
  assert.equal(body.links.length, 50);
  assert.deepEqual(
    [body.links[0]?.id, body.links[1]?.id, body.links.at(-1)?.id],
    [link.id, "lnk_1", "lnk_49"],
  );
});

describe("finding the link of a return from the bank", () => {
  test("current is the link opened last, also when a newer one was made and never opened", async () => {
    const browser = await edge.browser();
    const opened = await browser.link();
    await browser.call("POST", `/v1/links/${opened.id}/open`);
    await browser.link();
    const current = await browser.call("GET", "/v1/links/current");
    assert.equal(current.status, 200);
    assert.equal(current.body.id, opened.id);
    assert.equal(current.body.link_token, opened.link_token);
  });

  test("current filters by redirect URI and is 404 when nothing was opened", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    assert.equal((await browser.call("GET", "/v1/links/current")).status, 404);
    await browser.call("POST", `/v1/links/${link.id}/open`);
    const here = `/v1/links/current?redirect_uri=${encodeURIComponent(REDIRECT_URI)}`;
    assert.equal((await browser.call("GET", here)).status, 200);
    const elsewhere = `/v1/links/current?redirect_uri=${encodeURIComponent("https://other.example.com/")}`;
    assert.equal((await browser.call("GET", elsewhere)).status, 404);
  });

  test("current is also a link that is being finalized, and never one at its end", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    await browser.call("POST", `/v1/links/${link.id}/open`);
    edge.cybrid.settings.accountMs = 1_500;
    await browser.call("POST", `/v1/links/${link.id}/finalize`, {
      key: randomUUID(),
      body: browser.choose(link),
      headers: { Prefer: "wait=0" },
    });
    const during = await browser.call("GET", "/v1/links/current");
    assert.equal(during.status, 202);
    assert.equal(during.body.id, link.id);
    assert.equal(during.body.link_token, null);
    await browser.call("GET", `/v1/links/${link.id}`, { headers: { Prefer: "wait=10" } });
    assert.equal((await browser.call("GET", "/v1/links/current")).status, 404);
  });

  test("another customer's link is not found, by session or by key", async () => {
    const browser = await edge.browser();
    const stranger = await edge.browser();
    const link = await browser.link();
    assert.equal((await stranger.call("GET", `/v1/links/${link.id}`)).status, 404);
    assert.equal((await stranger.call("POST", `/v1/links/${link.id}/open`)).status, 404);
    const path = `/v1/links/${link.id}?provider=cybrid&customer_id=`;
    const own = await edge.call<Link>("GET", path + browser.customerId, { token: API_KEY });
    assert.equal(own.body.id, link.id);
    const foreign = await edge.call("GET", path + stranger.customerId, { token: API_KEY });
    assert.equal(foreign.status, 404);
  });
});

describe("leaving a link", () => {
  test("Cybrid: it stays resumable, until the customer will surely not come back", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    await browser.call("POST", `/v1/links/${link.id}/open`);
    const left = await browser.call("POST", `/v1/links/${link.id}/exit`, {
      body: { status: "requires_credentials" },
    });
    assert.equal(left.body.status, "ready");
    const gone = await browser.call("POST", `/v1/links/${link.id}/exit`, { body: { final: true } });
    assert.equal(gone.body.status, "canceled");
    assert.equal(gone.body.link_token, null);
    const reopened = await browser.call<Problem>("POST", `/v1/links/${link.id}/open`);
    assert.equal(reopened.status, 409);
    assert.equal(reopened.body.code, "link_closed");
  });

  test("Lynx: it ends, since an abandoned flow needs a new token", async () => {
    const browser = await edge.browser("lynx");
    const link = await browser.link();
    await browser.call("POST", `/v1/links/${link.id}/open`);
    const left = await browser.call("POST", `/v1/links/${link.id}/exit`, { body: {} });
    assert.equal(left.body.status, "canceled");
    const next = await browser.link();
    assert.notEqual(next.link_token, link.link_token);
  });

  test("a dead link token expires the link at once", async () => {
    const browser = await edge.browser();
    const link = await browser.link();
    const error = { type: "INVALID_INPUT", code: "INVALID_LINK_TOKEN" };
    const left = await browser.call("POST", `/v1/links/${link.id}/exit`, { body: { error } });
    assert.equal(left.body.status, "expired");
  });
});
