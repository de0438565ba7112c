/**
 * A stand-in for Lynx: tokens, link tokens, verified links, the list of accounts.
 * It refuses what Lynx's guide and public pages say that it refuses; where nobody knows, a setting decides.
 */
import type { Call } from "../call-log.ts";
import type { Faults } from "../faults.ts";
import {
  bearerToken,
  type Dialect,
  Refusal,
  type Route,
  type SimulatorRequest,
  startServer,
} from "../http.ts";
import type { PlaidBackend } from "../plaid/backend.ts";
import { plainError } from "./exceptions.ts";
import { getLinkToken, linkVerified, listAccounts } from "./operations.ts";
import { type MemberBankAccount, Organisation } from "./organisation.ts";
import { defaultLynxPaths, defaultLynxSettings, type LynxPaths, type LynxSettings } from "./settings.ts";
import { createAccessToken } from "./token-endpoint.ts";

export { defaultLynxPaths, defaultLynxSettings, type LynxPaths, type LynxSettings } from "./settings.ts";
export type { MemberBankAccount };

export interface LynxOptions {
  plaid: PlaidBackend;
  /** 0, the default, takes any free one. */
  port?: number;
  now?: () => number;
  settings?: Partial<LynxSettings>;
  paths?: Partial<LynxPaths>;
}

export interface LynxSimulator {
  url: string;
  /** Where the operations are: Lynx publishes no paths. Route names in calls and faults are `POST ` and one of these. */
  paths: LynxPaths;
  /** Changes take effect with the next request. */
  settings: LynxSettings;
  faults: Faults;
  calls: Call[];
  /** The names of its operations, as in the call log. */
  routeNames: readonly string[];
  /** In order of creation, also those that the list does not show yet. */
  accounts(clientMemberId?: string): MemberBankAccount[];
  /** Ends every access token that is out. */
  expireAccessTokens(): void;
  /** Every access token that was given out, to look for where none may be. */
  accessTokens(): string[];
  close(): Promise<void>;
}

export async function startLynx(options: LynxOptions): Promise<LynxSimulator> {
  const now = options.now ?? Date.now;
  const settings = { ...defaultLynxSettings(), ...options.settings };
  const paths = { ...defaultLynxPaths, ...options.paths };
  const organisation = new Organisation(settings, options.plaid, now);
  const server = await startServer({
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
    accessTokens: () => organisation.accessTokens.all(),
  };
}

function lynxRoutes(organisation: Organisation, paths: LynxPaths): Route[] {
  const authorized = (path: string, operation: typeof getLinkToken): Route => ({
    name: `POST ${path}`,
    handle: (request) => {
      const token = bearerToken(request);
      if (!token || !organisation.accessTokens.isValid(token)) throw new Refusal(plainError(401));
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

function memberInRequest(request: SimulatorRequest): string | undefined {
  const body = request.body as { data?: { member?: { clientMemberId?: unknown } } } | undefined | null;
  const clientMemberId = body?.data?.member?.clientMemberId;
  return typeof clientMemberId === "string" ? clientMemberId : undefined;
}
