/** What is explored: providers, and the faults of their calls. */
import { toAccountFailure } from "../../../../worker/providers/cybrid/map-account.ts";
import { replay, search } from "../links.ts";
import { LOOKUPS, OUTAGES } from "./calls.ts";
import type { Setting } from "./ledger-model.ts";
import {
  ANSWERED,
  CONTRADICTING,
  CRASHES,
  ENDLESS,
  LISTED_LATE,
  LISTED_TOO_LATE,
  LOST,
  LOST_IN_MORE_WAYS,
  NOT_DONE,
  REJECTED,
} from "./posts.ts";
import { START_MS } from "./world.ts";

const cybrid = { ...search, accountFailure: toAccountFailure };
const EVERYTHING = [
  ...ANSWERED,
  ...LOST,
  ...LOST_IN_MORE_WAYS,
  ...LISTED_LATE,
  ...CONTRADICTING,
  ...CRASHES,
  ...NOT_DONE,
  ...REJECTED,
];

/** Only the ledger prevents a double. */
export const UNPROTECTED: Setting = {
  rules: cybrid,
  protection: "none",
  posts: EVERYTHING,
  lookups: LOOKUPS,
  finalizedAtMs: [0],
};
/** With single-use tokens the list may be late by any time. */
export const REFUSING: Setting = {
  ...UNPROTECTED,
  protection: "refuses",
  posts: [...EVERYTHING, ...LISTED_TOO_LATE],
};
export const FAILING_LATER: Setting = { ...REFUSING, protection: "fails_later" };
/** An account of the same name at another institution, made outside this ledger. */
export const NAMESAKE: Setting = {
  ...UNPROTECTED,
  strangers: [
    {
      guid: "acc_stranger",
      linkId: null,
      name: "Bank - Checking",
      madeAtMs: START_MS,
      listedFromMs: START_MS,
      settlesAtMs: START_MS,
      state: "completed",
      institutionId: "ins_2",
    },
  ],
};
export const REPEATED_LOSSES: Setting = { ...UNPROTECTED, posts: [...LOST, ...LISTED_LATE], lookups: [] };
/** Lists that cannot be read, and accounts that stay in processing, for days. */
export const LONG_WAITS: Setting = { ...UNPROTECTED, posts: [...LOST, ...ENDLESS], lookups: OUTAGES };
export const CHECKING_OWNERSHIP: Setting = { ...UNPROTECTED, rules: { ...cybrid, verifyOwnership: true } };
/** Two links with the same selection. */
export const TWO_LINKS: Setting = {
  ...UNPROTECTED,
  posts: [...LOST, ...LISTED_LATE, ...CRASHES],
  lookups: [],
  finalizedAtMs: [0, 700],
};
/** Lynx. */
export const REPLAYING: Setting = {
  rules: replay,
  protection: "key",
  posts: [...LOST, ...LOST_IN_MORE_WAYS, ...CRASHES, ...NOT_DONE, ...REJECTED],
  lookups: [],
  finalizedAtMs: [0],
};
