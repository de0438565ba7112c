/** Every setting of every stand-in, in the words of the control page. */
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
  unknownOfTheReal,
} from "./field.ts";

const scenario: Record<keyof LinkScenario, Field> = {
  oauth: choice("A bank with its own page opens by", "popup", "redirect"),
  onLoadDelayMs: numberOr("Milliseconds until Link is ready", "never"),
  responseDelayMs: number("Milliseconds that each of Link's screens takes"),
  accounts: choice("Accounts that the customer chooses", 0, 1, 2),
  nullInstitution: onOff("Institution is null"),
  nullPublicToken: onOff("Public token is null"),
  missingAccountId: onOff("The account lacks its id"),
  legacyAccountOnly: onOff("Only the older account and account_id"),
  displayMessage: sentence("What an error says to the customer"),
  exitStatus: sentence("The status that an exit tells, instead of the place"),
  unknownEvents: list("Event names that nobody has documented"),
  eventFlush: choice("Held-back events arrive", "split", "before", "after"),
  invalidTokenScreen: onOff("INVALID_LINK_TOKEN is shown before Link leaves"),
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
  grantedScopes: list("Scopes that the client may ask for"),
  excessScopes: unknownOfTheReal(choice("Scopes beyond those are", "refused", "dropped")),
  accessTokenLifeS: number("Seconds that an access token lives"),
  workflowMs: number("Milliseconds that a workflow is storing"),
  tokenLagMs: number("Milliseconds that a completed workflow lacks its token"),
  workflowOutcome: outcome("A workflow ends", "completed"),
  redirectUris: listOrAll("Registered redirect URIs"),
  unregisteredRedirectUri: unknownOfTheReal(choice("Others are refused", "422", "failed later")),
  countryConfigured: onOff("The bank has its country"),
  accountMs: number("Milliseconds that an account is storing"),
  accountOutcome: outcome("An account ends", "completed", "unverified", "by-customer"),
  duplicateDetection: onOff("Duplicates are detected"),
  spentTokenAnswers: unknownOfTheReal(choice("A bad public token answers", "422", "failed later")),
  accountSubtypes: unknownOfTheReal(list("Subtypes that it takes")),
  plaidDetailsFrom: unknownOfTheReal(choice("Mask and institution are told from", "creation", "settlement")),
  assetRequired: unknownOfTheReal(onOff("asset is required")),
  assets: list("Assets"),
  listLagMs: number("Milliseconds until lists show a new account"),
  patchAnswers: choice("A PATCH to completed answers", "by-account", "completed", "unverified"),
  balanceOutcome: choice("A balance read finds", "ok", "refresh_required", "deleted", "not_responding"),
  deletingMs: number("Milliseconds that an account is deleting"),
  deletedAccounts: unknownOfTheReal(choice("Deleted accounts are", "shown", "hidden")),
  verificationMs: number("Milliseconds that an ownership check takes"),
  verificationStates: list("States on its way"),
  verificationOutcome: outcomeWithCodes("An ownership check ends", "passed", "expired"),
};

const lynx: Record<keyof LynxSettings, Field> = {
  clientId: text("Client id"),
  clientSecret: text("Client secret"),
  clientOrgName: text("Organisation of the client"),
  audience: {
    ...text("Audience"),
    schema: text("").schema.nullable(),
    hint: "with its slash at the end; empty: the address called",
    toText: (value) => String(value ?? ""),
    fromText: (written) => written || null,
  },
  accessTokenLifeS: number("Seconds that an access token lives"),
  accessTokenRollsS: number("Seconds before its end that a new one is given"),
  expiresIn: unknownOfTheReal(onOff("The token's answer has expires_in")),
  answers: unknownOfTheReal(choice("Answers are", "enveloped", "bare")),
  linkTokenField: unknownOfTheReal(choice("The link token is called", "token", "linkToken")),
  linkVerifiedData: unknownOfTheReal(choice("Link Verified answers", "uuid", "object", "nothing")),
  redirectUris: listOrAll("Registered redirect URIs"),
  members: listOrAll("Members"),
  duplicateDetection: unknownOfTheReal(onOff("Duplicates are detected")),
  listLagMs: number("Milliseconds until the list shows a new account"),
};

export type Part = "scenario" | "plaid" | "cybrid" | "lynx";

export const fieldsOf: Record<Part, Record<string, Field>> = { scenario, plaid, cybrid, lynx };
