/**
 * A stand-in for Lynx: tokens, link tokens, verified links, the list of accounts.
 * It rejects what Lynx's guide and public pages reject; where they leave something open, a setting decides.
 */
import { AnswerError } from "../answer.ts";
import type { PlaidBackend } from "../plaid/backend.ts";
import {
  bearerToken,
  type Dialect,
  type ProviderRequest,
  type ProviderServer,
  type Route,
  startProviderServer,
} from "../provider-server.ts";
import { plainError } from "./exceptions.ts";
import { getLinkToken, linkVerified, listAccounts } from "./operations.ts";
import { type MemberBankAccount, Organisation } from "./organisation.ts";
import { defaultLynxPaths, defaultLynxSettings, type LynxPaths, type LynxSettings } from "./settings.ts";
import { createAccessToken } from "./token-endpoint.ts";

export { defaultLynxPaths, defaultLynxSettings, type LynxPaths, type LynxSettings } from "./settings.ts";

export interface LynxOptions {
  plaid: PlaidBackend;
  /** 0, the default, takes a free one. */
  port?: number;
  now?: () => number;
  settings?: Partial<LynxSettings>;
  paths?: Partial<LynxPaths>;
}

export interface LynxStandIn extends ProviderServer {
  /** Lynx publishes no paths. Route names in calls and faults are `POST ` and one of these. */
  paths: LynxPaths;
  /** Changes take effect with the next request. */
  settings: LynxSettings;
  /** In order of creation, those that the list does not show yet included. */
  accounts(clientMemberId?: string): MemberBankAccount[];
  expireAccessTokens(): void;
  /** Every access token that was issued, to search for where none may appear. */
  accessTokens(): string[];
}

export async function startLynx(options: LynxOptions): Promise<LynxStandIn> {
  const now = options.now ?? Date.now;
  const settings = { ...defaultLynxSettings(), ...options.settings };
  const paths = { ...defaultLynxPaths, ...options.paths };
  const organisation = new Organisation(settings, options.plaid, now);
  const server = await startProviderServer({
    routes: lynxRoutes(organisation, paths),
    dialect: lynxDialect(organisation),
    port: options.port ?? 0,
    now,
  });
  return {
    ...server,
    paths,
    settings,
    accounts: (clientMemberId) =>
      organisation.accounts.filter(
        (account) => clientMemberId === undefined || account.clientMemberId === clientMemberId,
      ),
    expireAccessTokens: () => organisation.accessTokens.expireAll(),
    accessTokens: () => organisation.accessTokens.tokens(),
  };
}

function lynxRoutes(organisation: Organisation, paths: LynxPaths): Route[] {
  const authorized = (path: string, operation: typeof getLinkToken): Route => ({
    name: `POST ${path}`,
    handle: (request) => {
      const token = bearerToken(request);
      if (!token || !organisation.accessTokens.live(token)) throw new AnswerError(plainError(401));
      return operation(organisation, request);
    },
  });
  return [
    {
      name: "POST /oauth/token",
      handle: (request) => createAccessToken(organisation, request),
    },
    authorized(paths.linkToken, getLinkToken),
    authorized(paths.linkVerified, linkVerified),
    ...(paths.accounts === null ? [] : [authorized(paths.accounts, listAccounts)]),
  ];
}

function lynxDialect(organisation: Organisation): Dialect {
  return {
    error: plainError,
    expireToken: (request) => {
      organisation.accessTokens.expire(bearerToken(request) ?? "");
      return plainError(401);
    },
    customerOf: memberInRequest,
  };
}

function memberInRequest(request: ProviderRequest): string | undefined {
  const body = request.body as { data?: { member?: { clientMemberId?: unknown } } } | undefined | null;
  const clientMemberId = body?.data?.member?.clientMemberId;
  return typeof clientMemberId === "string" ? clientMemberId : undefined;
}
