/** The customer's accounts: the provider's answers, with what only we know; each call asks the provider anew. */
import type { Account } from "../contract.ts";
import { WATCH_FIRST_LOOK_MS } from "../limits.ts";
import type { Provider, Result } from "../providers/provider.ts";
import { type AccountReply, type AccountsReply, refused, refusedBy } from "./replies.ts";
import type { LedgerStore } from "./store.ts";

export interface CustomerAccountsDependencies {
  store: LedgerStore;
  provider: Provider;
  customerId: string;
  now: () => number;
}

export async function listAccounts({
  provider,
  customerId,
  store,
}: CustomerAccountsDependencies): Promise<AccountsReply> {
  if (!provider.capabilities.list) return refused("listing_unsupported");
  const listed = await provider.listAccounts(customerId);
  if (!listed.ok) return refusedBy(listed.failure);
  return { ok: true, accounts: listed.value.map((account) => store.recall(account)) };
}

export async function readAccount(id: string, deps: CustomerAccountsDependencies): Promise<AccountReply> {
  return reply(await deps.provider.readAccount(deps.customerId, id), deps);
}

/** `removing` until the provider has let go of it; the alarm follows and `bank_account.removed` tells. */
export async function removeAccount(id: string, deps: CustomerAccountsDependencies): Promise<AccountReply> {
  const { provider, customerId, store, now } = deps;
  if (!provider.capabilities.remove) return refused("removal_unsupported");
  const removed = await provider.removeAccount(customerId, id);
  if (removed.ok) {
    const nowMs = now();
    store.watches.save({
      accountId: id,
      reason: "removal",
      linkId: null,
      // So that the first look has something to tell even if the account is gone by now.
      lastStatus: "removing",
      looks: 0,
      startedAtMs: nowMs,
      dueAtMs: nowMs + WATCH_FIRST_LOOK_MS,
    });
    store.arm();
  }
  return reply(removed, deps);
}

/** The sandbox only; the route has made sure of that. */
export async function requireRefresh(id: string, deps: CustomerAccountsDependencies): Promise<AccountReply> {
  if (!deps.provider.capabilities.refresh) return refused("refresh_unsupported");
  return reply(await deps.provider.requireRefresh(deps.customerId, id), deps);
}

function reply(result: Result<Account>, { store }: CustomerAccountsDependencies): AccountReply {
  return result.ok ? { ok: true, account: store.recall(result.value) } : refusedBy(result.failure);
}
