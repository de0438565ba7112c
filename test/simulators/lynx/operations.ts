/** The operations of the Lynx stand-in, for an authorized caller. */
import type { Answer } from "../answer.ts";
import { isRedirectUri } from "../plaid/redirect-uri.ts";
import type { ProviderRequest } from "../provider-server.ts";
import { apiError, type LynxException, systemError } from "./exceptions.ts";
import { type AccountType, accountTypes, type Organisation } from "./organisation.ts";
import { parameterException, requiredStrings } from "./required-strings.ts";

const MAX_KEY_LENGTH = 255;
const keyPath = "idempotency.idempotencyKey";

const warning: LynxException = {
  errorCode: null,
  exceptionSource: "SYSTEM",
  exceptionMessage: "The account was added, but its name was shortened",
};

/** Get Link Token. A reused key replays the earlier token, expired or not. */
export function getLinkToken(organisation: Organisation, request: ProviderRequest): Answer {
  return onceByKey(organisation, request, () => {
    const fields = requiredStrings(
      request.body,
      "data.member.clientMemberId",
      "data.clientOrg.name",
      "data.redirectUri",
    );
    const clientMemberId = fields["data.member.clientMemberId"];
    const redirectUri = fields["data.redirectUri"];
    checkMember(organisation, clientMemberId, fields["data.clientOrg.name"]);
    const { redirectUris, linkTokenField } = organisation.settings;
    const registered = redirectUris === null || redirectUris.includes(redirectUri);
    if (!isRedirectUri(redirectUri) || !registered) {
      throw systemError("redirectUriNotRegistered", "The redirect URI is not registered");
    }
    const { linkToken } = organisation.plaid.createLinkToken({ customerId: clientMemberId, redirectUri });
    return success(organisation, { [linkTokenField]: linkToken });
  });
}

/** Link External Account Verified. */
export function linkVerified(organisation: Organisation, request: ProviderRequest): Answer {
  return onceByKey(organisation, request, () => {
    const fields = requiredStrings(
      request.body,
      "data.member.clientMemberId",
      "data.clientOrg.name",
      "data.memberBankAccount.name",
      "data.memberBankAccount.type",
      "data.memberBankAccount.partnerAccountId",
      "data.memberBankAccount.partnerAccessToken",
    );
    const clientMemberId = fields["data.member.clientMemberId"];
    checkMember(organisation, clientMemberId, fields["data.clientOrg.name"]);
    const type = fields["data.memberBankAccount.type"];
    if (!isAccountType(type)) {
      const complaint = `must be one of ${accountTypes.join(", ")}`;
      throw apiError(400, [parameterException("data.memberBankAccount.type", complaint)]);
    }
    const exchanged = organisation.plaid.exchange(fields["data.memberBankAccount.partnerAccessToken"]);
    if (!exchanged.ok) throw systemError("partnerTokenInvalid", "The partner access token is not valid");
    const { institution, accounts } = exchanged.item;
    const account = accounts.find(({ id }) => id === fields["data.memberBankAccount.partnerAccountId"]);
    if (!account) throw systemError("partnerAccountUnknown", "The partner account is not known");

    const { duplicateDetection, listLagMs, linkVerifiedData, linkVerifiedWarns } = organisation.settings;
    const added = {
      clientMemberId,
      name: fields["data.memberBankAccount.name"],
      type,
      institution,
      account,
      listLagMs: request.listLagMs ?? listLagMs,
    };
    if (duplicateDetection && organisation.holds(added)) {
      throw systemError("accountExists", "The account exists already");
    }
    const { id } = organisation.addAccount(added);
    const data = { uuid: id, object: { id }, nothing: null }[linkVerifiedData];
    return success(organisation, data, linkVerifiedWarns ? [warning] : []);
  });
}

/** Get Member External Bank Account List: by what is published, it contains no identifiers. */
export function listAccounts(organisation: Organisation, request: ProviderRequest): Answer {
  const fields = requiredStrings(request.body, "data.member.clientMemberId", "data.clientOrg.name");
  const clientMemberId = fields["data.member.clientMemberId"];
  const name = fields["data.clientOrg.name"];
  checkMember(organisation, clientMemberId, name);
  const nowMs = organisation.now();
  const externalAccounts = organisation.accounts
    .filter((account) => account.clientMemberId === clientMemberId && account.listedFromMs <= nowMs)
    .map((account) => ({
      type: account.type,
      routingNumber: account.routingNumber,
      name: account.name,
      verifiedIndicator: organisation.settings.verifiedIndicator,
      verifiedDate: new Date(account.createdAtMs).toISOString(),
    }));
  return success(organisation, { member: { clientMemberId }, clientOrg: { name }, externalAccounts });
}

/** Under a key that has succeeded before, the rest of the request is not even read. */
function onceByKey(organisation: Organisation, request: ProviderRequest, work: () => Answer): Answer {
  const key = requiredStrings(request.body, keyPath)[keyPath];
  if (key.length > MAX_KEY_LENGTH) {
    throw apiError(400, [parameterException(keyPath, `must be at most ${MAX_KEY_LENGTH} characters long`)]);
  }
  return organisation.idempotencyKeys.once(request.path, key, work);
}

function checkMember({ settings }: Organisation, clientMemberId: string, clientOrgName: string): void {
  if (clientOrgName !== settings.clientOrgName) {
    throw systemError("wrongOrganisation", "clientOrg does not match the token's organisation");
  }
  if (settings.members !== null && !settings.members.includes(clientMemberId)) {
    throw systemError("unknownMember", "The member does not exist");
  }
}

function isAccountType(type: string): type is AccountType {
  return (accountTypes as readonly string[]).includes(type);
}

function success({ settings }: Organisation, data: unknown, exceptions: LynxException[] = []): Answer {
  return { status: 200, body: settings.answers === "bare" ? data : { data, exceptions } };
}
