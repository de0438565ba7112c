/** CYBRID_VERIFY_REFRESH: one balance read after the PATCH, as proof that the connection works. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import { callsTo } from "../simulators/call-log.ts";
import { type Browser, type Edge, startEdge } from "./edge.ts";

let edge: Edge;
before(async () => {
  edge = await startEdge({ CYBRID_VERIFY_REFRESH: "true", UPSTREAM_TIMEOUT_SECONDS: "1" });
});
after(() => edge.close());
afterEach(() => edge.cybrid.faults.clear());

const PATCH = "PATCH /api/external_bank_accounts/:guid";

async function expiredAccount(browser: Browser): Promise<string> {
  const link = await browser.link();
  const key = randomUUID();
  const { body } = await browser.call("POST", `/v1/links/${link.id}/finalize`, {
    key,
    body: browser.choose(link),
  });
  const id = body.account?.id ?? "";
  edge.cybrid.forceState(id, "refresh_required");
  return id;
}

async function refresh(browser: Browser, accountId: string) {
  const link = await browser.link({ account_id: accountId });
  return browser.call("POST", `/v1/links/${link.id}/finalize`, {
    key: randomUUID(),
    body: {},
    headers: { Prefer: "wait=25" },
  });
}

const balanceReads = ({ customerId }: Browser) =>
  edge.cybrid.calls.filter(
    ({ path, customer }) => customer === customerId && path.includes("force_balance_refresh"),
  );

test("a connection that works is proved by one balance read", async () => {
  const browser = await edge.browser();
  const { body } = await refresh(browser, await expiredAccount(browser));
  assert.equal(body.status, "linked");
  assert.equal(body.account?.status, "active");
  assert.equal(balanceReads(browser).length, 1);
});

test("a connection that does not work is not linked", async () => {
  const browser = await edge.browser();
  const id = await expiredAccount(browser);
  edge.cybrid.setBalanceOutcome(id, "refresh_required");
  const { body } = await refresh(browser, id);
  assert.equal(body.status, "failed");
  assert.equal(body.problem?.code, "provider_rejected", JSON.stringify(body));
});

test("a lost answer to the PATCH is proved too, and the PATCH not sent again", async () => {
  const browser = await edge.browser();
  const id = await expiredAccount(browser);
  edge.cybrid.faults.once(PATCH, { kind: "status", status: 503, work: "done" });
  const { body } = await refresh(browser, id);
  assert.equal(body.status, "linked");
  assert.equal(callsTo(edge.cybrid.calls, PATCH, browser.customerId).length, 1);
  assert.equal(balanceReads(browser).length, 1);
});
