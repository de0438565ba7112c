import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Link } from "../../../worker/contract.ts";
import type { VisitRecord } from "../../chaos/crowd.ts";
import type { Entry } from "../../chaos/journal.ts";
import type { HeldAccount } from "../../chaos/stand-ins.ts";
import { type Evidence, judge } from "../../chaos/verdict.ts";

function visitRecord(id: string): VisitRecord {
  return {
    visit: {
      id,
      mode: "link",
      institutionId: "ins_109508",
      subtype: "checking",
      ending: "finalize",
      vanishAfterMs: 0,
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
    held: [held("account-1", "visit-1")],
    links: [link("visit-1", "linked", "account-1")],
    entries: [
      reported("browser", "visit-1", "linked", "account-1"),
      reported("webhook", "visit-1", "linked", "account-1"),
    ],
  };
}

const figures = (evidence: Evidence) => judge(evidence).offences.map(({ figure }) => figure);

describe("the verdict of a fault run", () => {
  it("finds no offence in a link that created one account and reported it", () => {
    assert.deepEqual(judge(success()), { offences: [], open: [] });
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

  it("lists links that are not settled", () => {
    const evidence = { ...success(), held: [], links: [link("visit-1", "finalizing", null)], entries: [] };
    assert.deepEqual(
      judge(evidence).open.map(({ id }) => id),
      ["link of visit-1"],
    );
  });
});
