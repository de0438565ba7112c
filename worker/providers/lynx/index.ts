/** Lynx as a provider. Facts: its Plaid integration guide; what it leaves open is configuration. */
import type { LynxConfig } from "../../config.ts";
import type { Account } from "../../contract.ts";
import { accountName } from "../account-name.ts";
import { bareAccount } from "../bare-account.ts";
import { fail, type Provider, succeed } from "../provider.ts";
import type { LinkExternalAccountVerified, LynxApi } from "./api.ts";
import { toLynxType } from "./map-account-type.ts";

/** Lynx publishes no limit for the name; Cybrid's is a sane one. */
const ACCOUNT_NAME_MAX_CHARS = 128;

export function createLynx(
  config: LynxConfig,
  environment: string,
  api: LynxApi,
  newKey: () => string,
): Provider {
  const clientOrg = { name: config.clientOrg };
  const { accountsPath } = config;

  return {
    name: "lynx",
    capabilities: {
      refresh: false,
      reopen: false,
      list: accountsPath !== null,
      remove: false,
      verify_ownership: false,
    },
    recovery: "replay",
    // Get Link Token takes no language.
    languages: ["en"],

    async prepare(request) {
      // The configuration makes sure of a redirect URI where Lynx is on.
      if (request.redirectUri === null) return fail("redirect_uri_not_allowed");
      const token = await api.getLinkToken({
        data: { member: { clientMemberId: request.customerId }, clientOrg, redirectUri: request.redirectUri },
        // Lynx keeps keys for ever and would hand out the old, expired token again.
        idempotency: { idempotencyKey: newKey() },
      });
      if (!token.ok) return token;
      return succeed({
        state: "ready",
        providerState: {},
        linkToken: token.value,
        linkTokenLifeMs: config.linkTokenLifeMs,
      });
    },

    composeAccount({ linkId, customerId, publicToken, selection }) {
      const type = toLynxType(selection.account);
      if (!type) return fail("account_type_unsupported");
      const name = accountName(selection, ACCOUNT_NAME_MAX_CHARS);
      const body = JSON.stringify({
        data: {
          member: { clientMemberId: customerId },
          clientOrg,
          memberBankAccount: {
            name,
            type,
            partnerAccountId: selection.account.id,
            partnerAccessToken: publicToken,
          },
        },
        // From the link, so that the guarantee of once survives any cache or crash of ours.
        idempotency: { idempotencyKey: `${environment}:${linkId}` },
      } satisfies LinkExternalAccountVerified);
      return succeed({ body, name });
    },

    async createAccount(body) {
      const linked = await api.linkExternalAccountVerified(body);
      return linked.ok ? succeed(accountOf({ id: linked.value, status: "active" })) : linked;
    },

    async findAccount() {
      return succeed(null);
    },

    /** By the list, the only way that Lynx has to see an account again. */
    async readAccount(customerId, accountId) {
      const listed = await this.listAccounts(customerId);
      if (!listed.ok) return listed;
      const found = listed.value.find(({ id }) => id === accountId);
      return found ? succeed(found) : fail("not_found");
    },

    async refreshAccount() {
      return fail("refresh_unsupported");
    },

    proveRefresh: null,

    async removeAccount() {
      return fail("removal_unsupported");
    },

    async requireRefresh() {
      return fail("refresh_unsupported");
    },

    async verifyOwnership() {
      return fail("not_found");
    },

    async listRefreshRequired() {
      return fail("refresh_unsupported");
    },

    async checkScopes() {
      return [];
    },

    accountFailure: () => "provider_rejected",

    async listAccounts(customerId) {
      if (accountsPath === null) return fail("listing_unsupported");
      const listed = await api.getExternalAccounts(accountsPath, {
        data: { member: { clientMemberId: customerId }, clientOrg },
      });
      if (!listed.ok) return listed;
      return succeed(
        listed.value.map(({ id, name, type }) =>
          accountOf({
            id: id ?? null,
            status: "active",
            name: name ?? null,
            type: type?.toLowerCase() ?? null,
          }),
        ),
      );
    },
  };
}

function accountOf(known: Pick<Account, "id" | "status"> & Partial<Account>): Account {
  return bareAccount({ ...known, provider: "lynx", asset: "USD" });
}
