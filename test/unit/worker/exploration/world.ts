/** The model of a provider: it makes accounts, some of them late, and lists them, some of them later still. Pure. */
import { toAccount } from "../../../../worker/providers/cybrid/map-account.ts";
import type { ExternalBankAccount } from "../../../../worker/providers/cybrid/schemas.ts";
import type { IdentifiedAccount } from "../../../../worker/providers/provider.ts";

export interface World {
  protection: Protection;
  /** Whether an answer names the account by an id. */
  givesIds: boolean;
  accounts: WorldAccount[];
  /** Posts that the provider has received and not yet carried out. */
  pendingWork: PendingWork[];
  /** Until then, every read fails. */
  unreadableUntilMs: number;
}

/**
 * What a second post does. `none`: it makes a second account. `refuses`, `fails_later`: a public token works once; the
 * second use is rejected, or makes an account that fails. `key`: it is answered with the first account.
 */
export type Protection = "none" | "refuses" | "fails_later" | "key";

export interface PendingWork {
  linkId: string;
  name: string;
  atMs: number;
  traits: Traits;
  tokenDiesAtMs: number;
}

/** What becomes of an account. Times count from when it is made. */
export interface Traits {
  listedAfterMs: number;
  settlesAfterMs: number;
  outcome: "completed" | "unverified" | "failed";
  institutionId: string;
}

export interface WorldAccount {
  guid: string;
  /** The link whose post made it; `null`: it was made outside this ledger. */
  linkId: string | null;
  name: string;
  madeAtMs: number;
  listedFromMs: number;
  settlesAtMs: number;
  state: "completed" | "unverified" | "failed" | "refresh_required" | "deleted";
  institutionId: string;
}

/** Not 0, or a rule that left out the beginning would not be noticed. */
export const START_MS = 10_000_000;
export const CUSTOMER = "c";
export const INSTITUTION = "ins_1";

export function carryOut(world: World, nowMs: number): World {
  const due = world.pendingWork
    .filter(({ atMs }) => atMs <= nowMs)
    .sort((one, other) => one.atMs - other.atMs);
  if (due.length === 0) return world;
  const rest = { ...world, pendingWork: world.pendingWork.filter(({ atMs }) => atMs > nowMs) };
  return due.reduce(makeAccount, rest);
}

/** The account that a post made at that time; with a key, whenever it was made. */
export function accountOfPost(world: World, linkId: string, nowMs: number): WorldAccount | undefined {
  const made = world.accounts.filter((account) => account.linkId === linkId);
  return world.protection === "key" ? made[0] : made.find(({ madeAtMs }) => madeAtMs === nowMs);
}

function makeAccount(world: World, { linkId, name, atMs, traits, tokenDiesAtMs }: PendingWork): World {
  const { protection } = world;
  if (protection !== "none" && atMs >= tokenDiesAtMs) return world;
  const isSpent = world.accounts.some((account) => account.linkId === linkId);
  if (isSpent && (protection === "refuses" || protection === "key")) return world;
  const fails = isSpent && protection === "fails_later";
  const account: WorldAccount = {
    guid: `acc_${world.accounts.length + 1}`,
    linkId,
    name,
    madeAtMs: atMs,
    listedFromMs: atMs + traits.listedAfterMs,
    // Lynx has no processing state.
    settlesAtMs: protection === "key" ? atMs : atMs + traits.settlesAfterMs,
    state: fails ? "failed" : traits.outcome,
    institutionId: traits.institutionId,
  };
  return { ...world, accounts: [...world.accounts, account] };
}

/** It does not work, or will not once it has settled. */
export function isDead({ state }: WorldAccount): boolean {
  return state === "failed" || state === "deleted" || state === "refresh_required";
}

export function contradicts({ institutionId }: WorldAccount): boolean {
  return institutionId !== INSTITUTION;
}

export function toExternal(account: WorldAccount, nowMs: number): ExternalBankAccount {
  return {
    guid: account.guid,
    state: account.settlesAtMs > nowMs ? "storing" : account.state,
    failure_code: account.state === "failed" ? "plaid_processor_token" : null,
    name: account.name,
    asset: "USD",
    customer_guid: CUSTOMER,
    plaid_institution_id: account.institutionId,
    plaid_account_mask: null,
    created_at: new Date(account.madeAtMs).toISOString(),
    updated_at: null,
  };
}

export function read(account: WorldAccount, nowMs: number): IdentifiedAccount {
  return toAccount(toExternal(account, nowMs));
}
