/** Lynx as a provider. Facts: its Plaid integration guide; what it leaves open is configuration. */
import type { LynxConfig } from "../../config.ts";
import type { Account } from "../../contract.ts";
import { uniqueAccountName } from "../account-name.ts";
import { bareAccount } from "../bare-account.ts";
import {
  type IdentifiedAccount,
  lose,
  notDone,
  type Provider,
  type Result,
  reject,
  succeed,
} from "../provider.ts";
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

  /** The one account of that name, made since: no other link in doubt has sent the same name. */
  async function findInList(body: string, sentAtMs: number): Promise<Account | null> {
    const { data }: LinkExternalAccountVerified = JSON.parse(body);
    const listed = await listAccounts(data.member.clientMemberId);
    const namesakes = listed.ok
      ? listed.value.filter(({ name }) => name === data.memberBankAccount.name)
      : [];
    const [only, ...others] = namesakes;
    return only && others.length === 0 && Date.parse(only.created_at ?? "") >= sentAtMs ? only : null;
  }

  async function listAccounts(customerId: string): Promise<Result<Account[]>> {
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
  }

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

    composeAccount({ linkId, customerId, publicToken, selection, takenNames }) {
      const type = toLynxType(selection.account);
      if (!type) return reject("account_type_unsupported");
      const name = uniqueAccountName(selection, ACCOUNT_NAME_MAX_CHARS, takenNames);
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
      const verified = await api.linkExternalAccountVerified(body);
      if (!verified.ok) return verified;
      if (verified.value.isClear) return succeed(accountOf({ id: verified.value.id, status: "active" }));
      const { sentAtMs } = verified.value;
      const made = await findInList(body, sentAtMs);
      return made ? succeed(made) : lose("provider_unavailable", { sentAtMs, hasEnded: true });
    },

    async findAccount() {
      return succeed({ found: "nothing", isComplete: false });
    },

    /** By the list, the only way that Lynx has to see an account again. */
    async readAccount(customerId, accountId) {
      const listed = await listAccounts(customerId);
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

    async beginOwnershipCheck() {
      return reject("not_found");
    },

    async listRefreshRequired() {
      return reject("refresh_unsupported");
    },

    async checkScopes() {
      return [];
    },

    accountFailure: () => "provider_rejected",

    listAccounts,
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
