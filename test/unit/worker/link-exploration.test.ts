/**
 * The machine in every order of answers, losses, restarts and lookups, with a bounded number of faults on one path,
 * against the model of a provider. A broken invariant is reported with the faults that led to it.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Coverage, explore, ViolationError } from "./exploration/explore.ts";
import { ledgerModel, type Setting, start } from "./exploration/ledger-model.ts";
import { LISTED_TOO_LATE } from "./exploration/posts.ts";
import { PREPARING, preparingModel } from "./exploration/preparing-model.ts";
import { REFRESHING, refreshModel } from "./exploration/refresh-model.ts";
import {
  CHECKING_OWNERSHIP,
  FAILING_LATER,
  LONG_WAITS,
  NAMESAKE,
  REFUSING,
  REPEATED_LOSSES,
  REPLAYING,
  TWO_LINKS,
  UNPROTECTED,
} from "./exploration/settings.ts";
import { WRONG_RULES } from "./exploration/wrong-rules.ts";

/** A model that reaches little proves little. */
function assertReach({ states }: Coverage, statesMin: number): void {
  assert.ok(states >= statesMin, `only ${states} states`);
}

function exploreSetting(setting: Setting, faultsMax: number): Coverage {
  return explore(ledgerModel(setting), { start: start(setting) }, faultsMax);
}

describe("every order of answers, losses, restarts and lookups", () => {
  const settings: [title: string, setting: Setting, faultsMax: number, statesMin: number][] = [
    ["where nothing but the ledger prevents a double", UNPROTECTED, 3, 40_000],
    ["where a used token is rejected", REFUSING, 2, 5_000],
    ["where a used token makes an account that fails", FAILING_LATER, 3, 60_000],
    ["beside another party's account of the same name", NAMESAKE, 2, 5_000],
    ["through a long run of lost posts", REPEATED_LOSSES, 8, 8_000],
    ["while an answer takes days", LONG_WAITS, 2, 50_000],
    ["during the ownership check", CHECKING_OWNERSHIP, 2, 4_000],
    ["where a key makes a repeat safe", REPLAYING, 3, 5_000],
    ["where a key makes a repeat safe and accounts have no id", { ...REPLAYING, givesIds: false }, 2, 500],
    ...[700, 20_050, 30_000, 45_000, 60_000].map((atMs): [string, Setting, number, number] => [
      `in two links of one customer, the second ${atMs} ms after the first`,
      { ...TWO_LINKS, finalizedAtMs: [0, atMs] },
      2,
      5_000,
    ]),
  ];
  for (const [title, setting, faultsMax, statesMin] of settings) {
    test(title, (t) => {
      const coverage = exploreSetting(setting, faultsMax);
      t.diagnostic(JSON.stringify(coverage));
      assertReach(coverage, statesMin);
    });
  }

  test("before the public token arrives", () => {
    assertReach(explore(preparingModel, { begun: PREPARING }, 6), 1_000);
  });

  test("in a refresh", () => {
    assertReach(explore(refreshModel, REFRESHING, 4), 1_000);
  });
});

describe("the exploration notices that", () => {
  for (const [title, { machine, setting, faults, breaks }] of Object.entries(WRONG_RULES)) {
    test(title, () => {
      assert.throws(
        () => explore(ledgerModel(setting, machine), { start: start(setting) }, faults),
        (error) => error instanceof ViolationError && error.rule === breaks,
      );
    });
  }

  test("an account is doubled, where it is listed too late and nothing but the ledger prevents it", () => {
    const setting = { ...UNPROTECTED, posts: LISTED_TOO_LATE };
    assert.throws(
      () => exploreSetting(setting, 1),
      (error) => error instanceof ViolationError && error.rule === "no account is doubled",
    );
  });
});
