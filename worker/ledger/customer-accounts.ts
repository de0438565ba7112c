/** The customer's accounts: the provider's answers, with what only we know; each call asks the provider anew. */
import type { Account } from "../contract.ts";
import { WATCH_FIRST_POLL_MS } from "../limits.ts";
import type { Provider, Result } from "../providers/provider.ts";
import { enrich } from "./enrich-account.ts";
import { type AccountReply, type AccountsReply, refused, refusedBy } from "./link-reply.ts";
import type { LedgerStore } from "./store.ts";
import type { Watch } from "./watches.ts";

export interface CustomerAccountsDependencies {
  store: LedgerStore;
  provider: Provider;
  customerId: string;
  now: () => number;
  scheduleAlarm: () => void;
}

export async function listAccounts({
  provider,
  customerId,
  store,
}: CustomerAccountsDependencies): Promise<AccountsReply> {
  if (!provider.capabilities.list) return refused("listing_unsupported");
  const listed = await provider.listAccounts(customerId);
  if (!listed.ok) return refusedBy(listed.failure);
  return { ok: true, accounts: listed.value.map((account) => withDetails(account, store)) };
}

export async function readAccount(id: string, deps: CustomerAccountsDependencies): Promise<AccountReply> {
  return reply(await deps.provider.readAccount(deps.customerId, id), deps);
}

/**
 * `removing` until the provider has let go of it; the alarm follows, and `bank_account.removed` reports the end.
 * The watch is written before the call, so that a lost answer or a crash leaves it behind.
 */
export async function removeAccount(id: string, deps: CustomerAccountsDependencies): Promise<AccountReply> {
  const { provider, customerId, store, now } = deps;
  if (!provider.capabilities.remove) return refused("removal_unsupported");
  const current = await provider.readAccount(customerId, id);
  if (!current.ok || current.value.status === "removed") return reply(current, deps);

  const nowMs = now();
  const watch: Watch = {
    reason: "removal",
    accountId: id,
    lastStatus: current.value.status,
    startedAtMs: nowMs,
    dueAtMs: nowMs + WATCH_FIRST_POLL_MS,
  };
  store.watches.save(watch);
  deps.scheduleAlarm();
  const removed = await provider.removeAccount(customerId, id);
  if (!removed.ok && removed.failure.kind !== "unknown") store.watches.end(watch);
  return reply(removed, deps);
}

/** The sandbox only; the route has made sure of that. */
export async function requireRefresh(id: string, deps: CustomerAccountsDependencies): Promise<AccountReply> {
  if (!deps.provider.capabilities.refresh) return refused("refresh_unsupported");
  return reply(await deps.provider.requireRefresh(deps.customerId, id), deps);
}

function reply(result: Result<Account>, { store }: CustomerAccountsDependencies): AccountReply {
  return result.ok ? { ok: true, account: withDetails(result.value, store) } : refusedBy(result.failure);
}

function withDetails(account: Account, store: LedgerStore): Account {
  return account.id === null ? account : enrich(account, store.accountDetails(account.id));
}
