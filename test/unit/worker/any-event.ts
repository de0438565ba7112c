/** Any event that a link may meet, fitting or not, with any answer of the provider. */
import fc from "fast-check";
import type { Account } from "../../../worker/contract.ts";
import type { LinkEvent } from "../../../worker/ledger/link-machine.ts";
import { PROBLEMS, type ProblemCode } from "../../../worker/problems/registry.ts";
import {
  type Failure,
  type IdentifiedAccount,
  type Lookup,
  type Preparation,
  type Result,
  succeed,
} from "../../../worker/providers/provider.ts";
import { account, replay, search } from "./links.ts";

const DAY_MS = 86_400_000;

const code = fc.constantFrom(...(Object.keys(PROBLEMS) as ProblemCode[]));
const timeMs = fc.nat(8 * DAY_MS);
const pauseMs = fc.option(timeMs);
const id = fc.constantFrom("acc_1", "acc_2", "acc_3");
const rules = fc
  .record({ base: fc.constantFrom(search, replay), verifyOwnership: fc.boolean() })
  .map(({ base, verifyOwnership }) => ({ ...base, verifyOwnership }));

const failure: fc.Arbitrary<Failure> = fc.oneof(
  fc.record({ kind: fc.constant("rejected" as const), code }),
  fc.record({ kind: fc.constant("not_done" as const), code, retryAfterMs: pauseMs }),
  fc.record({
    kind: fc.constant("unknown" as const),
    code,
    retryAfterMs: pauseMs,
    sentAtMs: timeMs,
    hasEnded: fc.boolean(),
  }),
);

const identified: fc.Arbitrary<IdentifiedAccount> = fc
  .tuple(
    fc.constantFrom<Account["status"][]>(
      "processing",
      "active",
      "unverified",
      "refresh_required",
      "failed",
      "removing",
      "removed",
    ),
    id,
  )
  .map(([status, id]) => account(status, id));
/** One without an id is never processing. */
const made: fc.Arbitrary<Account> = fc
  .tuple(identified, fc.boolean())
  .map(([account, hasId]) => (hasId || account.status === "processing" ? account : { ...account, id: null }));

const preparation: fc.Arbitrary<Preparation> = fc.oneof(
  fc.constant({ state: "pending" as const, providerState: { workflowGuid: "w" } }),
  fc.record({
    state: fc.constant("ready" as const),
    providerState: fc.constant({ workflowGuid: "w" }),
    linkToken: fc.constant("link-token"),
    linkTokenLifeMs: timeMs,
  }),
  fc.record({ state: fc.constant("failed" as const), code }),
);

const lookup: fc.Arbitrary<Lookup> = fc.oneof(
  fc.record({ found: fc.constant("account" as const), account: identified, isComplete: fc.boolean() }),
  fc.record({ found: fc.constant("contradiction" as const), accountId: id, isComplete: fc.boolean() }),
  fc.record({ found: fc.constant("nothing" as const), isComplete: fc.boolean() }),
);

function resultOf<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Result<Value>> {
  return fc.oneof(
    value.map(succeed),
    failure.map((failure) => ({ ok: false as const, failure })),
  );
}

const postResult: fc.Arbitrary<Result<Account> | null> = fc.option(resultOf(made));

const events: fc.Arbitrary<LinkEvent[]> = fc.tuple(
  fc.record({ type: fc.constant("prepared" as const), result: resultOf(preparation) }),
  fc.record({ type: fc.constantFrom("opened" as const, "canceled" as const, "expired" as const) }),
  fc.record({
    type: fc.constant("finalize" as const),
    post: fc.constant({ body: "public-token", name: "Bank", selection: { account: { id: "a" } } }),
  }),
  fc.record({ type: fc.constant("finalize_refresh" as const), accountId: id }),
  fc.record({ type: fc.constant("post_begun" as const), rules }),
  fc.record({ type: fc.constant("post_ended" as const), result: postResult, rules }),
  fc.record({ type: fc.constant("looked_up" as const), result: resultOf(lookup), beganAtMs: timeMs, rules }),
  fc.record({ type: fc.constant("account_read" as const), result: resultOf(identified), rules }),
  fc.record({
    type: fc.constant("ownership_read" as const),
    result: resultOf(fc.record({ running: fc.boolean(), account: identified })),
  }),
  fc.record({ type: fc.constant("patch_begun" as const) }),
);

/** Steps in their order, each so long after the one before: one event of each type, and which of them comes. */
export const anySteps = fc.array(
  fc.record({
    events,
    pick: fc.nat(99),
    /** Most often one that fits, or else few links would get anywhere. */
    isFitting: fc.integer({ min: 0, max: 9 }).map((number) => number > 0),
    afterMs: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0, 500, 25_000) }, timeMs),
  }),
  { maxLength: 12 },
);
