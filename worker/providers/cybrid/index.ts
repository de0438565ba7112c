/** Cybrid as a provider. Facts: its published API description and guides. */
import type { CybridConfig } from "../../config.ts";
import { ACCOUNTS_PER_PAGE, LINK_TOKEN_LIFE_MS, REFRESH_TOKEN_LIFE_MS } from "../../limits.ts";
import { uniqueAccountName } from "../account-name.ts";
import { type Preparation, type Provider, type Result, reject, succeed } from "../provider.ts";
import type { CybridApi, PostExternalBankAccount, PostWorkflow } from "./api.ts";
import { checkScopes } from "./check-scopes.ts";
import { findCreatedAccount } from "./find-account.ts";
import { ACCOUNT_NAME_MAX_CHARS, LANGUAGES } from "./limits.ts";
import { toAccount, toAccountFailure } from "./map-account.ts";
import type { ExternalBankAccount, Workflow } from "./schemas.ts";
import { readOwnershipCheck } from "./verify-ownership.ts";

export function createCybrid(config: CybridConfig, api: CybridApi): Provider {
  /** Cybrid's keys see the whole bank: an account of another customer is none of this one's. */
  async function ownAccount(customerId: string, accountId: string): Promise<Result<ExternalBankAccount>> {
    const result = await api.getAccount(accountId);
    return result.ok && result.value.customer_guid !== customerId ? reject("not_found") : result;
  }

  return {
    name: "cybrid",
    capabilities: {
      refresh: true,
      reopen: true,
      list: true,
      remove: true,
      verify_ownership: config.verifyOwnership,
    },
    recovery: "search",
    languages: LANGUAGES,

    async prepare(request, providerState) {
      const refreshing = request.accountId !== null;
      if (providerState?.workflowGuid) {
        const polled = await api.getWorkflow(providerState.workflowGuid);
        return polled.ok ? succeed(toPreparation(polled.value, refreshing)) : polled;
      }
      const created = await api.createWorkflow({
        type: "plaid",
        kind: refreshing ? "link_token_update" : "link_token_create",
        language: LANGUAGES.find((known) => known === request.language) ?? "en",
        link_customization_name:
          config.linkCustomization[request.language] ?? config.linkCustomization.default,
        customer_guid: request.customerId,
        ...(request.accountId !== null && { external_bank_account_guid: request.accountId }),
        ...(request.redirectUri !== null && { redirect_uri: request.redirectUri }),
      } satisfies PostWorkflow);
      return created.ok ? succeed(toPreparation(created.value, refreshing)) : created;
    },

    composeAccount({ customerId, publicToken, selection, takenNames }) {
      const name = uniqueAccountName(selection, ACCOUNT_NAME_MAX_CHARS, takenNames);
      const body = JSON.stringify({
        name,
        account_kind: "plaid",
        customer_guid: customerId,
        asset: config.asset,
        plaid_public_token: publicToken,
        plaid_account_id: selection.account.id,
      } satisfies PostExternalBankAccount);
      return succeed({ body, name });
    },

    async createAccount(body) {
      return map(await api.createAccount(body));
    },

    async findAccount(query) {
      const listed = await api.listAccounts(query.customerId);
      if (!listed.ok) return listed;
      return succeed(findCreatedAccount(listed.value, query));
    },

    async readAccount(customerId, accountId) {
      return map(await ownAccount(customerId, accountId));
    },

    async refreshAccount(_customerId, accountId) {
      return map(await api.patchAccount(accountId, "completed"));
    },

    proveRefresh: config.verifyRefresh
      ? async (_customerId, accountId) => map(await api.getAccountWithFreshBalance(accountId))
      : null,

    async removeAccount(customerId, accountId) {
      const current = await ownAccount(customerId, accountId);
      if (!current.ok || current.value.state === "deleting" || current.value.state === "deleted")
        return map(current);
      return map(await api.deleteAccount(accountId));
    },

    async requireRefresh(customerId, accountId) {
      const current = await ownAccount(customerId, accountId);
      return current.ok ? map(await api.patchAccount(accountId, "refresh_required")) : current;
    },

    async verifyOwnership(customerId, accountId) {
      const current = await ownAccount(customerId, accountId);
      return current.ok ? readOwnershipCheck(api, current.value, customerId) : current;
    },

    async beginOwnershipCheck(customerId, accountId) {
      const begun = await api.createOwnershipCheck({
        type: "bank_account",
        method: "account_ownership",
        customer_guid: customerId,
        external_bank_account_guid: accountId,
      });
      return begun.ok ? succeed(null) : begun;
    },

    async listRefreshRequired(page) {
      const listed = await api.listRefreshRequired(page);
      if (!listed.ok) return listed;
      const { total, objects } = listed.value;
      return succeed({
        // An account of the bank itself has no customer to notify.
        accounts: objects.flatMap(({ guid, customer_guid, updated_at }) =>
          customer_guid
            ? [{ customerId: customer_guid, accountId: guid, updatedAt: updated_at ?? null }]
            : [],
        ),
        isLast: objects.length === 0 || (page + 1) * ACCOUNTS_PER_PAGE >= total,
      });
    },

    checkScopes: () => checkScopes(config, api),

    accountFailure: toAccountFailure,

    async listAccounts(customerId) {
      const listed = await api.listAccounts(customerId);
      return listed.ok ? succeed(listed.value.accounts.map(toAccount)) : listed;
    },
  };
}

function map(result: Result<ExternalBankAccount>) {
  return result.ok ? succeed(toAccount(result.value)) : result;
}

function toPreparation(workflow: Workflow, refreshing: boolean): Preparation {
  const providerState = { workflowGuid: workflow.guid, workflowCreatedAt: workflow.created_at ?? "" };
  // Cybrid publishes no failure codes here; a new workflow may well succeed.
  if (workflow.state === "failed") return { state: "failed", code: "provider_unavailable" };
  if (workflow.state === "completed" && workflow.plaid_link_token) {
    const linkTokenLifeMs = refreshing ? REFRESH_TOKEN_LIFE_MS : LINK_TOKEN_LIFE_MS;
    return { state: "ready", providerState, linkToken: workflow.plaid_link_token, linkTokenLifeMs };
  }
  return { state: "pending", providerState };
}
