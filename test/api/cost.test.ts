/** Budgets of a link, so that a careless change shows: each row, alarm and line is paid for by the million. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { type Cost, costOfLink } from "./cost-of-link.ts";

let cost: Cost;
before(async () => {
  cost = await costOfLink();
});

const BUDGET = {
  rowsWritten: 30,
  alarms: 3,
  /** Create, open, finalize. */
  calls: 3,
  logLines: 12,
  /** Two creates and what polls two and three seconds take. */
  upstreamCalls: 20,
  keyValueReads: 2,
  keyValueWrites: 1,
} as const satisfies Partial<Cost>;

describe("a link of two seconds' workflow and three seconds' storing", () => {
  for (const [what, budget] of Object.entries(BUDGET)) {
    test(`keeps within its budget: ${what}`, () => {
      const counted = cost[what as keyof typeof BUDGET];
      assert.ok(counted > 0 && counted <= budget, `${counted} of ${budget}`);
    });
  }
});
