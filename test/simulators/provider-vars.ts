import type { CybridStandIn } from "./cybrid/index.ts";
import type { LynxStandIn } from "./lynx/index.ts";

/** The Worker's variables and secrets that point it at the stand-ins instead of the real platforms. */
export function providerVars(cybrid: CybridStandIn, lynx: LynxStandIn): Record<string, string> {
  return {
    PROVIDERS: "cybrid,lynx",
    ENVIRONMENT: "sandbox",
    CYBRID_API_URL: cybrid.url,
    CYBRID_IDENTITY_URL: cybrid.identityUrl,
    CYBRID_CLIENT_ID: cybrid.settings.clientId,
    CYBRID_CLIENT_SECRET: cybrid.settings.clientSecret,
    LYNX_API_URL: lynx.url,
    LYNX_CLIENT_ID: lynx.settings.clientId,
    LYNX_CLIENT_SECRET: lynx.settings.clientSecret,
    LYNX_CLIENT_ORG: lynx.settings.clientOrgName,
    LYNX_LINK_TOKEN_PATH: lynx.paths.linkToken,
    LYNX_LINK_VERIFIED_PATH: lynx.paths.linkVerified,
    // An empty variable is an absent one.
    LYNX_ACCOUNTS_PATH: lynx.paths.accounts ?? "",
  };
}
