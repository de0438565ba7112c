/** Every setting of every stand-in, with its label on the control page. */
import type { CybridSettings } from "../cybrid/index.ts";
import type { LynxSettings } from "../lynx/index.ts";
import type { PlaidSettings } from "../plaid/backend.ts";
import type { LinkScenario } from "../plaid/scenario.ts";
import {
  choice,
  type Field,
  list,
  listOrAll,
  number,
  numberOr,
  onOff,
  outcome,
  outcomeWithCodes,
  sentence,
  text,
  unpublished,
} from "./field.ts";

const scenario: Record<keyof LinkScenario, Field> = {
  oauth: choice("A bank with its own page opens as", "popup", "redirect"),
  onLoadDelayMs: numberOr("Milliseconds until Link is ready", "never"),
  responseDelayMs: number("Milliseconds that each screen of Link takes"),
  accounts: choice("Accounts that the customer chooses", 0, 1, 2),
  nullInstitution: onOff("Institution is null"),
  nullPublicToken: onOff("Public token is null"),
  missingAccountId: onOff("The account lacks its id"),
  legacyAccountOnly: onOff("Only the legacy account and account_id"),
  displayMessage: sentence("An error's message to the customer"),
  exitStatus: sentence("Status of an exit, instead of the screen's own"),
  unknownEvents: list("Undocumented event names"),
  eventFlush: choice("Buffered events arrive", "split", "before", "after"),
  invalidTokenScreen: onOff("INVALID_LINK_TOKEN is shown before Link exits"),
};

const plaid: Record<keyof PlaidSettings, Field> = {
  singleUsePublicTokens: onOff("A public token can be used once"),
  linkTokenLifeMs: number("Milliseconds that a link token lives"),
  updateTokenLifeMs: number("The same in update mode"),
  publicTokenLifeMs: number("Milliseconds that a public token lives"),
};

const cybrid: Record<keyof CybridSettings, Field> = {
  clientId: text("Client id"),
  clientSecret: text("Client secret"),
  grantedScopes: list("Scopes that the client may request"),
  excessScopes: unpublished(choice("Other scopes are", "refused", "dropped")),
  accessTokenLifeS: number("Seconds that an access token lives"),
  workflowMs: number("Milliseconds that a workflow stays storing"),
  tokenLagMs: number("Milliseconds until a completed workflow has its token"),
  workflowOutcome: outcome("A workflow ends as", "completed"),
  redirectUris: listOrAll("Registered redirect URIs"),
  unregisteredRedirectUri: unpublished(choice("An unregistered redirect URI answers", "422", "failed later")),
  countryConfigured: onOff("The bank has a country configured"),
  accountMs: number("Milliseconds that an account stays storing"),
  accountOutcome: outcome("An account ends as", "completed", "unverified", "by-customer"),
  duplicateDetection: onOff("Duplicates are detected"),
  spentTokenAnswers: unpublished(choice("A bad public token answers", "422", "failed later")),
  accountSubtypes: unpublished(list("Accepted account subtypes")),
  plaidDetailsFrom: unpublished(choice("Mask and institution are shown from", "creation", "settlement")),
  assetRequired: unpublished(onOff("asset is required")),
  assets: list("Assets"),
  listLagMs: number("Milliseconds until lists show a new account"),
  patchAnswers: choice("A PATCH to completed answers", "by-account", "completed", "unverified"),
  balanceOutcome: choice("A balance read ends as", "ok", "refresh_required", "deleted", "not_responding"),
  deletingMs: number("Milliseconds that an account stays deleting"),
  deletedAccounts: unpublished(choice("Deleted accounts are", "shown", "hidden")),
  verificationMs: number("Milliseconds that an ownership check takes"),
  verificationStates: list("Its states until then"),
  verificationOutcome: outcomeWithCodes("An ownership check ends as", "passed", "expired"),
};

const lynx: Record<keyof LynxSettings, Field> = {
  clientId: text("Client id"),
  clientSecret: text("Client secret"),
  clientOrgName: text("Organisation of the client"),
  audience: {
    ...text("Audience"),
    schema: text("").schema.nullable(),
    hint: "with a trailing slash; empty: the URL called",
    toText: (value) => String(value ?? ""),
    fromText: (written) => written || null,
  },
  accessTokenLifeS: number("Seconds that an access token lives"),
  accessTokenRollsS: number("Seconds before expiry when a new one is issued"),
  expiresIn: unpublished(onOff("The token response has expires_in")),
  answers: unpublished(choice("Responses are", "enveloped", "bare")),
  linkTokenField: unpublished(choice("The link token is called", "token", "linkToken")),
  linkVerifiedData: unpublished(choice("Link Verified answers", "uuid", "object", "nothing")),
  linkVerifiedWarns: unpublished(onOff("Link Verified warns beside its answer")),
  redirectUris: listOrAll("Registered redirect URIs"),
  members: listOrAll("Members"),
  duplicateDetection: unpublished(onOff("Duplicates are detected")),
  verifiedIndicator: unpublished(onOff("The list says that an account is verified")),
  listLagMs: number("Milliseconds until the list shows a new account"),
};

export type Part = "scenario" | "plaid" | "cybrid" | "lynx";

export const fieldsOf: Record<Part, Record<string, Field>> = { scenario, plaid, cybrid, lynx };
