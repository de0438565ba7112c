/** What the first release (schema 1) wrote, and how it reads today. Pure but for the queries. */
import type { Account, AccountStatus, LinkProblem, LinkStatus, ProviderName } from "../contract.ts";
import { bareAccount } from "../providers/bare-account.ts";
import type { IdentifiedAccount, LinkRequest, ProviderState, Selection } from "../providers/provider.ts";
import { dueAtMs } from "./link-machine.ts";
import type { Doubt, LinkRecord, Task } from "./link-record.ts";
import type { Watch } from "./watches.ts";

interface FirstRecord {
  id: string;
  provider: ProviderName;
  status: LinkStatus;
  wish: LinkRequest;
  reference: string | null;
  memo: ProviderState | null;
  linkToken: string | null;
  linkTokenExpiresAtMs: number | null;
  work: FirstWork | null;
  account: Account | null;
  problem: LinkProblem | null;
  chosenAccountId: string | null;
  ownershipPending: boolean;
  openedAtMs: number | null;
  createdAtMs: number;
  updatedAtMs: number;
}

type FirstWork = { startedAtMs: number; notBeforeMs: number } & (
  | { kind: "prepare" }
  | ({ kind: "create" | "posting" } & FirstCreation)
  | ({ kind: "search"; emptyLooks: number } & FirstCreation)
  | { kind: "process" | "verify"; accountId: string; name: string; selection: Selection }
  | { kind: "refresh"; accountId: string; patched: boolean }
);

interface FirstCreation {
  body: string;
  name: string;
  selection: Selection;
  lostPosts: number;
  refusals: number;
}

interface FirstWatch extends Record<string, SqlStorageValue> {
  account_id: string;
  reason: "ownership" | "removal";
  link_id: string | null;
  last_status: AccountStatus;
  started_at_ms: number;
  due_at_ms: number;
}

/** Their columns are the same today. */
const SAME = { idempotency: "claim", accounts: "account", outbox: "message" } as const;

export function hasFirstRelease(sql: SqlStorage): boolean {
  return sql.exec("SELECT name FROM sqlite_master WHERE name = 'links'").toArray().length > 0;
}

/** Moves its rows into today's tables, and drops its own. */
export function carryForward(sql: SqlStorage): void {
  for (const row of sql.exec<{ record: string }>("SELECT record FROM links ORDER BY rowid").toArray()) {
    const record = toRecord(JSON.parse(row.record));
    sql.exec(
      `INSERT OR IGNORE INTO link (id, status, created_at_ms, opened_at_ms, due_at_ms, record)
       VALUES (?, ?, ?, ?, ?, ?)`,
      record.id,
      record.status,
      record.createdAtMs,
      record.openedAtMs,
      Math.ceil(dueAtMs(record)),
      JSON.stringify(record),
    );
  }
  for (const [from, to] of Object.entries(SAME)) {
    sql.exec(`INSERT OR IGNORE INTO ${to} SELECT * FROM ${from}`);
  }
  for (const row of sql.exec<FirstWatch>("SELECT * FROM watches").toArray()) {
    const watch = toWatch(row);
    if (!watch) continue;
    sql.exec(
      "INSERT OR IGNORE INTO watch (id, due_at_ms, watch) VALUES (?, ?, ?)",
      `${watch.reason}:${row.account_id}`,
      watch.dueAtMs,
      JSON.stringify(watch),
    );
  }
  for (const table of ["links", "watches", ...Object.keys(SAME)]) sql.exec(`DROP TABLE ${table}`);
}

export function toRecord(first: FirstRecord): LinkRecord {
  const { id, provider, wish, reference, openedAtMs, createdAtMs, updatedAtMs } = first;
  const identity = { id, provider, request: wish, reference, openedAtMs, createdAtMs, updatedAtMs };
  const providerState = first.memo ?? {};
  const { status, work, account, chosenAccountId } = first;
  switch (status) {
    case "preparing":
      return {
        ...identity,
        status,
        providerState: first.memo,
        notBeforeMs: work?.notBeforeMs ?? updatedAtMs,
      };
    case "ready":
      return {
        ...identity,
        status,
        providerState,
        linkToken: first.linkToken ?? "",
        linkTokenExpiresAtMs: first.linkTokenExpiresAtMs ?? updatedAtMs,
      };
    case "canceled":
    case "expired":
      return { ...identity, status, providerState };
    case "finalizing": {
      // A finalizing link always has work; what has none can only be looked at again.
      const task = work && toTask(work, first);
      if (!work || !task) throw new Error(`a finalizing link without work: ${id}`);
      const { startedAtMs, notBeforeMs } = work;
      return { ...identity, status, providerState, startedAtMs, notBeforeMs, task };
    }
    case "linked":
      return {
        ...identity,
        status,
        account: account ?? bareAccount({ id: null, provider, status: "active" }),
        chosenAccountId,
        isOwnershipPending: first.ownershipPending,
      };
    case "failed":
      if (!first.problem) throw new Error(`a failed link without its problem: ${id}`);
      return { ...identity, status, account, problem: first.problem, chosenAccountId, doubtful: null };
  }
}

function toTask(work: FirstWork, { account, provider }: FirstRecord): Task | null {
  switch (work.kind) {
    case "prepare":
      return null;
    case "create":
      return { kind: "post", post: postOf(work), doubt: doubtOf(work) };
    case "posting":
      return { kind: "posting", post: postOf(work), doubt: doubtOf(work) };
    case "search":
      return {
        kind: "lookup",
        post: postOf(work),
        doubt: doubtOf(work) ?? {
          lostPosts: 1,
          lostAtMs: work.startedAtMs,
          deadAtMs: work.notBeforeMs,
          rejections: 0,
        },
        emptyLookups: work.emptyLooks,
        contradictingId: null,
        rejection: work.refusals > 0 ? "provider_rejected" : null,
      };
    case "process":
    case "verify": {
      const { name, selection, accountId: id } = work;
      const known: IdentifiedAccount = {
        ...(account ?? bareAccount({ id, provider, status: "processing" })),
        id,
      };
      const sent = { name, selection };
      return work.kind === "process"
        ? { kind: "follow", sent, account: known, doubt: null }
        : { kind: "verify", sent, account: known, sinceMs: work.startedAtMs, noCheckBeforeMs: 0 };
    }
    case "refresh":
      return { kind: "refresh", accountId: work.accountId, isPatched: work.patched };
  }
}

function postOf({ body, name, selection }: FirstCreation) {
  return { body, name, selection };
}

/** When the last answer was lost was not written down: by the time of the next step the post is dead. */
function doubtOf(work: FirstCreation & { notBeforeMs: number }): Doubt | null {
  if (work.lostPosts === 0) return null;
  return {
    lostPosts: work.lostPosts,
    lostAtMs: work.notBeforeMs,
    deadAtMs: work.notBeforeMs,
    rejections: work.refusals,
  };
}

function toWatch(row: FirstWatch): Watch | null {
  const watch = {
    accountId: row.account_id,
    lastStatus: row.last_status,
    startedAtMs: row.started_at_ms,
    dueAtMs: row.due_at_ms,
  };
  if (row.reason === "removal") return { ...watch, reason: "removal" };
  return row.link_id === null
    ? null
    : { ...watch, reason: "ownership", linkId: row.link_id, noCheckBeforeMs: 0 };
}
