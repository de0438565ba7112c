/** Everything about the Lynx stand-in that a test may change, even while it runs. */

export interface LynxSettings {
  clientId: string;
  clientSecret: string;
  /** The organisation of the client's tokens, which `clientOrg.name` must match. */
  clientOrgName: string;
  /** The audience of a token request. `null`: the URL that the stand-in was called by, with a trailing slash. */
  audience: string | null;
  accessTokenLifeS: number;
  /** The same token is returned until so long before it expires. */
  accessTokenRollsS: number;
  /** Off: the expiry is only in the token itself. The token response is not documented. */
  expiresIn: boolean;

  /** The API description has `{data, exceptions}`, the guide shows the bare data. */
  answers: "enveloped" | "bare";
  linkTokenField: "token" | "linkToken";
  /** The data that Link Verified answers. Undocumented; a similar operation answers a UUID. */
  linkVerifiedData: "uuid" | "object" | "nothing";

  /** On: an account was added, and yet an exception says something beside it. Undocumented, but possible. */
  linkVerifiedWarns: boolean;

  /** `null`: every URI counts as registered. */
  redirectUris: string[] | null;
  /** `null`: every clientMemberId counts as a member. */
  members: string[] | null;
  /** On: a second account with the same number is rejected. Whether Lynx does so is not published. */
  duplicateDetection: boolean;
  /** What the list says of every account. When it is false is not published. */
  verifiedIndicator: boolean;
  /** Time until a new account appears in the list. */
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
    linkVerifiedWarns: false,
    redirectUris: null,
    members: null,
    duplicateDetection: false,
    verifiedIndicator: true,
    listLagMs: 0,
  };
}

export const defaultLynxPaths: LynxPaths = {
  linkToken: "/member/plaid/link-token",
  linkVerified: "/member/plaid/link-verified",
  accounts: "/member/external-accounts",
};
