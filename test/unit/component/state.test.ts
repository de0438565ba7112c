/** The element's states: which moves there are, and that a refused one changes nothing. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { BankLinkError } from "../../../component/errors.ts";
import type { FlowHost } from "../../../component/flow/host.ts";
import type { LinkApi, PlaidLinkHandler } from "../../../component/flow/ports.ts";
import { LinkProgress } from "../../../component/flow/progress.ts";
import { type FlowState, type LinkState, next } from "../../../component/flow/state.ts";
import en from "../../../component/messages/en.ts";
import type { Account, Link, LinkWith } from "../../../worker/contract.ts";

const account: Account = {
  id: "acc_1",
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
};

const fields: Pick<
  Link,
  "id" | "provider" | "mode" | "reference" | "opened_at" | "created_at" | "updated_at"
> = {
  id: "lnk_1",
  provider: "cybrid",
  mode: "link",
  reference: null,
  opened_at: null,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
};
const ready: LinkWith<"ready"> = {
  ...fields,
  status: "ready",
  link_token: "link-sandbox-1",
  link_token_expires_at: "2026-01-01T04:00:00Z",
  account: null,
  problem: null,
};
const withoutToken = { link_token: null, link_token_expires_at: null, problem: null };
const finalizing: Link = { ...fields, ...withoutToken, status: "finalizing", account: null };
const linked: LinkWith<"linked"> = { ...fields, ...withoutToken, status: "linked", account };

const unused = () => assert.fail("called");
const api: LinkApi = {
  create: unused,
  outcome: unused,
  link: unused,
  current: unused,
  opened: unused,
  exited: unused,
  finalize: unused,
};
const handler: PlaidLinkHandler = {
  loaded: Promise.resolve(),
  isInPlace: () => true,
  open: unused,
  exit: unused,
  destroy: unused,
};

const STATES: { [Name in LinkState]: FlowState & { status: Name } } = {
  idle: { status: "idle", link: null },
  preparing: { status: "preparing", link: null },
  ready: { status: "ready", api, link: ready, handler },
  open: { status: "open", api, link: ready, handler },
  finalizing: { status: "finalizing", link: finalizing, isPending: false },
  linked: { status: "linked", link: linked },
  canceled: { status: "canceled", link: ready, message: "canceled" },
  failed: { status: "failed", link: ready, message: "failed" },
};

const MOVES: [from: LinkState, to: LinkState][] = [
  ["idle", "preparing"],
  ["preparing", "preparing"],
  ["preparing", "ready"],
  ["preparing", "finalizing"],
  ["preparing", "failed"],
  ["ready", "open"],
  ["ready", "preparing"],
  ["ready", "failed"],
  ["open", "finalizing"],
  ["open", "canceled"],
  ["open", "preparing"],
  ["open", "failed"],
  ["finalizing", "finalizing"],
  ["finalizing", "linked"],
  ["finalizing", "failed"],
  ["linked", "preparing"],
  ["canceled", "preparing"],
  ["failed", "preparing"],
  ["failed", "finalizing"],
];

const isMove = (from: FlowState, to: FlowState) =>
  to.status === "idle" || MOVES.some(([one, other]) => one === from.status && other === to.status);

const PAIRS = Object.values(STATES).flatMap((from) => Object.values(STATES).map((to) => ({ from, to })));

describe("next()", () => {
  test("is the new state for each move that there is, and null for any other", () => {
    for (const { from, to } of PAIRS) {
      assert.equal(next(from.status, to), isMove(from, to) ? to : null, `${from.status} → ${to.status}`);
    }
  });

  test("leads to linked from finalizing alone", () => {
    assert.deepEqual(
      MOVES.filter(([, to]) => to === "linked"),
      [["finalizing", "linked"]],
    );
  });
});

/** Opens the protected members to this test. */
class Progress extends LinkProgress {
  override move(to: FlowState): boolean {
    return super.move(to);
  }

  override wait() {
    return super.wait();
  }

  override failed(...failure: Parameters<LinkProgress["failed"]>): void {
    super.failed(...failure);
  }
}

describe("a move", () => {
  let happened: string[];
  let progress: Progress;

  beforeEach(() => {
    happened = [];
    const target = new EventTarget();
    const host: FlowHost = {
      element: {
        isConnected: true,
        refreshAccount: null,
        requestUpdate: () => happened.push("update"),
        dispatchEvent(event) {
          happened.push(event.type);
          return target.dispatchEvent(event);
        },
      },
      api: () => api,
      loadPlaid: unused,
      sessionSource: () => null,
      linkRequest: () => ({}),
      messages: () => en,
      stateChanged: (from, { status }) => happened.push(`${from} → ${status}`),
    };
    progress = new Progress(host);
  });

  for (const { from, to } of PAIRS.filter(({ from, to }) => !isMove(from, to))) {
    test(`from ${from.status} to ${to.status} is refused, and nothing happens`, async () => {
      progress.state = from;
      const outcome = progress.wait();
      happened.length = 0;
      assert.equal(progress.move(to), false);
      assert.equal(progress.state, from);
      assert.equal(progress.account, null);
      assert.equal(progress.isBusy, true);
      assert.equal(await Promise.race([outcome, "pending"]), "pending");
      assert.deepEqual(happened, []);
    });
  }

  test("to failed that is refused dispatches no error", () => {
    progress.state = STATES.linked;
    progress.failed(new BankLinkError("network_error"), linked);
    assert.equal(progress.state, STATES.linked);
    assert.deepEqual(happened, []);
  });

  test("that is made is announced once", () => {
    assert.equal(progress.move(STATES.preparing), true);
    assert.deepEqual(happened, ["update", "idle → preparing"]);
  });

  test("to the same state renders it anew, and is not announced", () => {
    progress.state = STATES.finalizing;
    const pending: FlowState = { ...STATES.finalizing, isPending: true };
    assert.equal(progress.move(pending), true);
    assert.equal(progress.state, pending);
    assert.deepEqual(happened, ["update"]);
  });

  test("to linked resolves whoever waits, with the account", async () => {
    progress.state = STATES.finalizing;
    const outcome = progress.wait();
    progress.move(STATES.linked);
    assert.deepEqual(await outcome, { status: "linked", account });
  });
});
