import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Link } from "../../../worker/contract.ts";
import type { VisitRecord } from "../../chaos/crowd.ts";
import type { Entry } from "../../chaos/journal.ts";
import type { HeldAccount } from "../../chaos/stand-ins.ts";
import { type Evidence, judge, passes } from "../../chaos/verdict.ts";

const READ_AT_MS = Date.parse("2026-01-01T00:10:00.000Z");

function visitRecord(id: string): VisitRecord {
  return {
    visit: {
      id,
      mode: "link",
      institutionId: "ins_109508",
      subtype: "checking",
      ending: "finalize",
      vanishAfterMs: 0,
      contradicts: null,
      createAbortedAfterMs: null,
    },
    provider: "cybrid",
    customerId: "customer",
    choices: [{ accountNumber: `number of ${id}`, publicToken: `token of ${id}` }],
    refreshAccountId: null,
  };
}

function held(id: string, visitId: string, more: Partial<HeldAccount> = {}): HeldAccount {
  return {
    provider: "cybrid",
    id,
    customerId: "customer",
    accountNumber: `number of ${visitId}`,
    state: "completed",
    live: true,
    usable: true,
    ...more,
  };
}

function link(visitId: string, status: Link["status"], accountId: string | null): Link {
  return {
    id: `link of ${visitId}`,
    provider: "cybrid",
    mode: "link",
    status,
    link_token: null,
    link_token_expires_at: null,
    account:
      accountId === null
        ? null
        : {
            id: accountId,
            provider: "cybrid",
            name: null,
            mask: null,
            type: null,
            asset: null,
            institution: null,
            status: "active",
            failure_code: null,
            created_at: null,
            updated_at: null,
          },
    problem: null,
    reference: visitId,
    opened_at: "2026-01-01T00:00:00.000Z",
    created_at: "2026-01-01T00:00:00.000Z",
    updated_at: "2026-01-01T00:00:01.000Z",
  } as Link;
}

function reported(to: Entry["to"], visitId: string, status: Link["status"], accountId: string | null): Entry {
  return {
    atMs: 0,
    to,
    provider: "cybrid",
    customerId: "customer",
    visitId,
    what: to === "webhook" ? "received" : "GET link",
    link: { id: `link of ${visitId}`, mode: "link", status, accountId },
    ...(status === "linked" && { wasTrue: true }),
  };
}

/** One visit with a true success. */
function success(): Evidence & {
  held: HeldAccount[];
  links: Link[];
  entries: Entry[];
  visits: VisitRecord[];
} {
  return {
    visits: [visitRecord("visit-1")],
    readAtMs: READ_AT_MS,
    held: [held("account-1", "visit-1")],
    links: [link("visit-1", "linked", "account-1")],
    entries: [
      reported("browser", "visit-1", "linked", "account-1"),
      reported("webhook", "visit-1", "linked", "account-1"),
    ],
  };
}

function contradict({ visits }: { visits: readonly VisitRecord[] }): void {
  for (const { visit } of visits) visit.contradicts = "institution";
}

/** As Lynx's list reports it. */
function withoutId(entry: Entry): Entry {
  return entry.link ? { ...entry, link: { ...entry.link, accountId: null } } : entry;
}

const figures = (evidence: Evidence) => judge(evidence).offences.map(({ figure }) => figure);

describe("the verdict of a fault run", () => {
  it("finds no offence in a link that created one account and reported it", () => {
    const verdict = judge(success());
    assert.deepEqual(verdict, { offences: [], open: [], openByDesign: [], tooLong: [] });
    assert.ok(passes(verdict, 1));
  });

  it("finds a second account from the same choice", () => {
    const evidence = success();
    evidence.held.push(held("account-2", "visit-1"));
    assert.deepEqual(new Set(figures(evidence)), new Set(["doubled", "unreported"]));
  });

  it("does not count an account that failed as a second one", () => {
    const evidence = success();
    evidence.held.push(held("account-2", "visit-1", { state: "failed", live: false, usable: false }));
    assert.deepEqual(figures(evidence), []);
  });

  it("finds a success without an account", () => {
    assert.deepEqual(new Set(figures({ ...success(), held: [] })), new Set(["untrue"]));
  });

  it("finds a success that was reported before it was true", () => {
    const evidence = success();
    evidence.entries.push({ ...reported("browser", "visit-1", "linked", "account-1"), wasTrue: false });
    assert.deepEqual(figures(evidence), ["untrue"]);
  });

  it("finds two links that claim the same account, and the account that no link claims", () => {
    const evidence = success();
    evidence.visits.push(visitRecord("visit-2"));
    evidence.held.push(held("account-2", "visit-2"));
    evidence.links.push(link("visit-2", "linked", "account-1"));
    evidence.entries.push(reported("webhook", "visit-2", "linked", "account-1"));
    assert.deepEqual(new Set(figures(evidence)), new Set(["untrue", "unreported"]));
  });

  it("finds a tab that was shown the account that another tab chose", () => {
    const evidence = success();
    evidence.visits[0]?.choices.push({ accountNumber: "number of the other tab", publicToken: "its token" });
    const { entries } = evidence;
    entries.push({ ...reported("browser", "visit-1", "linked", "account-1"), choice: "number of visit-1" });
    assert.deepEqual(figures(evidence), []);
    entries.push({
      ...reported("browser", "visit-1", "linked", "account-1"),
      choice: "number of the other tab",
    });
    assert.deepEqual(figures(evidence), ["untrue"]);
  });

  it("finds an account whose link ended as failed", () => {
    const evidence = { ...success(), links: [link("visit-1", "failed", null)], entries: [] };
    assert.deepEqual(figures(evidence), ["unreported"]);
  });

  it("finds an account whose browser was shown a failure", () => {
    const evidence = success();
    evidence.entries.push(reported("browser", "visit-1", "failed", null));
    assert.deepEqual(figures(evidence), ["unreported"]);
  });

  it("finds an account that no webhook reported", () => {
    const evidence = success();
    evidence.entries.pop();
    assert.deepEqual(figures(evidence), ["unreported"]);
  });

  it("takes a late report of an account whose link failed, and no other account's", () => {
    const evidence = { ...success(), links: [link("visit-1", "failed", null)] };
    const update = (updatedAccountId: string): Entry => ({
      atMs: 0,
      to: "webhook",
      provider: "cybrid",
      customerId: "customer",
      visitId: "visit-1",
      what: "bank_account.updated",
      updatedAccountId,
    });
    assert.deepEqual(figures({ ...evidence, entries: [update("account-1")] }), []);
    assert.deepEqual(figures({ ...evidence, entries: [update("account-2")] }), ["unreported"]);
  });

  it("finds an account whose link is still open, unless Cybrid contradicts Plaid Link", () => {
    const evidence = { ...success(), links: [link("visit-1", "finalizing", null)], entries: [] };
    assert.deepEqual(figures(evidence), ["unreported"]);
    assert.equal(judge(evidence).openByDesign.length, 0);
    contradict(evidence);
    const verdict = judge(evidence);
    assert.deepEqual(verdict.offences, []);
    assert.equal(verdict.openByDesign.length, 1);
    assert.deepEqual([verdict.open, verdict.tooLong], [[], []]);
    assert.deepEqual(figures({ ...evidence, links: [link("visit-1", "failed", null)] }), ["unreported"]);
  });

  it("does not excuse a contradiction that posted again, or an open link without an account", () => {
    const evidence = { ...success(), links: [link("visit-1", "finalizing", null)], entries: [] };
    contradict(evidence);
    const twice = [...evidence.held, held("account-2", "visit-1")];
    assert.deepEqual(figures({ ...evidence, held: twice }), ["doubled"]);
    const { openByDesign, tooLong } = judge({ ...evidence, held: [] });
    assert.deepEqual([openByDesign.length, tooLong.length], [0, 1]);
  });

  it("finds the account of a success without an id by the visit, at Lynx alone", () => {
    const evidence = success();
    const accountNumber = "1111/visit-1/abcd";
    evidence.visits = [{ ...visitRecord("visit-1"), provider: "lynx" }];
    evidence.visits[0]?.choices.splice(0, 1, { accountNumber, publicToken: "token" });
    const links = [{ ...link("visit-1", "linked", "account-1") }];
    for (const { account } of links) if (account) account.id = null;
    const lynx = {
      ...evidence,
      links,
      held: [held("account-1", "visit-1", { provider: "lynx", accountNumber })],
    };
    assert.deepEqual(figures({ ...lynx, entries: lynx.entries.map(withoutId) }), []);
    assert.deepEqual(new Set(figures({ ...lynx, held: [] })), new Set(["untrue"]));
    const atCybrid = [held("account-1", "visit-1", { accountNumber })];
    assert.deepEqual(new Set(figures({ ...lynx, held: atCybrid })), new Set(["untrue", "unreported"]));
  });

  it("counts links that were open longer than three minutes, ended or not", () => {
    const evidence = { ...success(), held: [], entries: [] };
    const endedAt = (updated_at: string) =>
      judge({ ...evidence, links: [{ ...link("visit-1", "failed", null), updated_at }] }).tooLong.length;
    assert.equal(endedAt("2026-01-01T00:03:00.000Z"), 0);
    assert.equal(endedAt("2026-01-01T00:03:00.001Z"), 1);
    const openUntil = (readAtMs: number) =>
      judge({ ...evidence, readAtMs, links: [link("visit-1", "finalizing", null)] }).tooLong.length;
    assert.equal(openUntil(Date.parse("2026-01-01T00:03:00.000Z")), 0);
    assert.equal(openUntil(Date.parse("2026-01-01T00:03:00.001Z")), 1);
    const ready = { ...link("visit-1", "finalizing", null), status: "ready" } as Link;
    assert.equal(judge({ ...evidence, links: [ready] }).tooLong.length, 0);
  });

  it("fails with any offence, or with more than two of 5,000 links open too long", () => {
    const verdict = { offences: [], open: [], openByDesign: [], tooLong: [] };
    const tooLong = (count: number) =>
      Array.from({ length: count }, () => link("visit-1", "finalizing", null));
    assert.ok(passes({ ...verdict, tooLong: tooLong(2) }, 5_000));
    assert.ok(!passes({ ...verdict, tooLong: tooLong(3) }, 5_000));
    assert.ok(!passes({ ...verdict, tooLong: tooLong(1) }, 300));
    assert.ok(passes({ ...verdict, openByDesign: tooLong(9) }, 300));
    for (const figure of ["doubled", "untrue", "unreported"] as const) {
      assert.ok(!passes({ ...verdict, offences: [{ figure, visitId: "visit-1", reason: "" }] }, 5_000));
    }
  });

  it("lists links that are not settled", () => {
    const evidence = { ...success(), held: [], links: [link("visit-1", "finalizing", null)], entries: [] };
    assert.deepEqual(
      judge(evidence).open.map(({ id }) => id),
      ["link of visit-1"],
    );
  });
});
