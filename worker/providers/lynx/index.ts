/** Lynx as a provider. Facts: its Plaid integration guide; what it leaves open is configuration. */
import type { LynxConfig } from "../../config.ts";
import type { Account } from "../../contract.ts";
import { accountName } from "../account-name.ts";
import { bareAccount } from "../bare-account.ts";
import { type IdentifiedAccount, notDone, type Provider, reject, succeed } from "../provider.ts";
import type { LinkExternalAccountVerified, LynxApi } from "./api.ts";
import { toLynxType } from "./map-account-type.ts";

/** Lynx publishes no limit for the name; Cybrid's is a sane one. */
const ACCOUNT_NAME_MAX_CHARS = 128;

/** How far Lynx's clock and ours may be apart. */
const CLOCK_DIFFERENCE_MAX_MS = 10 * 60_000;

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
      if (request.redirectUri === null) return reject("redirect_uri_not_allowed");
      const token = await api.getLinkToken({
        data: { member: { clientMemberId: request.customerId }, clientOrg, redirectUri: request.redirectUri },
        // Lynx keeps keys for ever and would hand out the old, expired token again.
        idempotency: { idempotencyKey: newKey() },
      });
      if (!token.ok) return token;
      // Plaid names its environment in the token: one of the other environment would link real accounts in a trial.
      if (isOfOtherEnvironment(token.value, environment)) return notDone("provider_misconfigured");
      return succeed({
        state: "ready",
        providerState: {},
        linkToken: token.value,
        linkTokenLifeMs: config.linkTokenLifeMs,
      });
    },

    composeAccount({ linkId, customerId, publicToken, selection }) {
      const type = toLynxType(selection.account);
      if (!type) return reject("account_type_unsupported");
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
      if (linked.ok) return succeed(accountOf({ id: linked.value.id, status: "active" }));
      if (linked.failure.kind !== "unknown" || !linked.failure.hasEnded || accountsPath === null)
        return linked;
      // An answer that says nothing: an account in the list that has come since says it.
      const { data }: LinkExternalAccountVerified = JSON.parse(body);
      const madeFromMs = linked.failure.sentAtMs - CLOCK_DIFFERENCE_MAX_MS;
      const listed = await this.listAccounts(data.member.clientMemberId);
      const made =
        listed.ok &&
        listed.value.find(
          ({ name, created_at }) =>
            name === data.memberBankAccount.name && Date.parse(created_at ?? "") >= madeFromMs,
        );
      return made ? succeed(made) : linked;
    },

    async findAccount() {
      return succeed({ found: "nothing", isComplete: false });
    },

    /** By the list, the only way that Lynx has to see an account again. */
    async readAccount(customerId, accountId) {
      const listed = await this.listAccounts(customerId);
      if (!listed.ok) return listed;
      const found = listed.value.find((account): account is IdentifiedAccount => account.id === accountId);
      return found ? succeed(found) : reject("not_found");
    },

    async refreshAccount() {
      return reject("refresh_unsupported");
    },

    proveRefresh: null,

    async removeAccount() {
      return reject("removal_unsupported");
    },

    async requireRefresh() {
      return reject("refresh_unsupported");
    },

    async verifyOwnership() {
      return reject("not_found");
    },

    async listRefreshRequired() {
      return reject("refresh_unsupported");
    },

    async checkScopes() {
      return [];
    },

    accountFailure: () => "provider_rejected",

    async listAccounts(customerId) {
      if (accountsPath === null) return reject("listing_unsupported");
      const listed = await api.getExternalAccounts(accountsPath, {
        data: { member: { clientMemberId: customerId }, clientOrg },
      });
      if (!listed.ok) return listed;
      return succeed(
        listed.value.map(({ id, name, type, verifiedIndicator, verifiedDate }) =>
          accountOf({
            id: id ?? null,
            status: verifiedIndicator === false ? "unverified" : "active",
            name: name ?? null,
            type: type?.toLowerCase() ?? null,
            created_at: isoTime(verifiedDate),
          }),
        ),
      );
    },
  };
}

function isOfOtherEnvironment(linkToken: string, environment: string): boolean {
  const named = /^link-(sandbox|production)-/.exec(linkToken)?.[1];
  return named !== undefined && named !== environment;
}

/** Its format is not published: what no clock can read is not handed on. */
function isoTime(text: string | null | undefined): string | null {
  const atMs = Date.parse(text ?? "");
  return Number.isNaN(atMs) ? null : new Date(atMs).toISOString();
}

function accountOf(known: Pick<Account, "id" | "status"> & Partial<Account>): Account {
  return bareAccount({ ...known, provider: "lynx", asset: "USD" });
}
