/** Everything about the Lynx stand-in that a test may change, also while it runs. */

export interface LynxSettings {
  clientId: string;
  clientSecret: string;
  /** The organisation of the client's tokens: `clientOrg.name` must be it. */
  clientOrgName: string;
  /** The audience a token is asked for. `null`: the address that the stand-in was called by, with a slash at its end. */
  audience: string | null;
  accessTokenLifeS: number;
  /** The same token is handed out again until so long before its end. */
  accessTokenRollsS: number;
  /** Off: only the token itself tells when it ends. The token's answer is not documented. */
  expiresIn: boolean;

  /** The API documents `{data, exceptions}`, the guide shows the bare data. */
  answers: "enveloped" | "bare";
  linkTokenField: "token" | "linkToken";
  /** What Link Verified answers as data. Undocumented; a sibling answers a UUID. */
  linkVerifiedData: "uuid" | "object" | "nothing";

  /** `null`: every URI counts as registered. */
  redirectUris: string[] | null;
  /** `null`: every clientMemberId counts as a member. */
  members: string[] | null;
  /** On: a second account of the same number is refused. Nobody says whether Lynx does so. */
  duplicateDetection: boolean;
  /** Time until a new account shows in the list. */
  listLagMs: number;
}

/** Lynx publishes no paths: these are the stand-in's own. */
export interface LynxPaths {
  linkToken: string;
  linkVerified: string;
  /** `null`: no such operation. */
  accounts: string | null;
}

export function defaultLynxSettings(): LynxSettings {
  return {
    clientId: "lynx-client-id",
    clientSecret: "lynx-client-secret",
    clientOrgName: "example-org",
    audience: null,
    accessTokenLifeS: 3600,
    accessTokenRollsS: 300,
    expiresIn: true,
    answers: "enveloped",
    linkTokenField: "token",
    linkVerifiedData: "uuid",
    redirectUris: null,
    members: null,
    duplicateDetection: false,
    listLagMs: 0,
  };
}

export const defaultLynxPaths: LynxPaths = {
  linkToken: "/member/plaid/link-token",
  linkVerified: "/member/plaid/link-verified",
  accounts: "/member/external-accounts",
};
