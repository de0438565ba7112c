import type { Answer } from "../../answer.ts";
import type { LinkTokenRequest } from "../../plaid/backend.ts";
import { isRedirectUri } from "../../plaid/redirect-uri.ts";
import type { ProviderRequest } from "../../provider-server.ts";
import { type Bank, isoTime } from "../bank.ts";
import { notFound, unprocessable } from "../errors.ts";
import { type Fields, missingParameter, readFields } from "../fields.ts";
import { listAnswer, readFilter } from "../listing.ts";
import type { Workflow } from "../workflows.ts";

type WorkflowFields = Fields<keyof typeof workflowRules>;

const workflowRules = {
  type: { required: true, oneOf: ["plaid"] },
  kind: { required: true, oneOf: ["link_token_create", "link_token_update"] },
  language: { required: true, oneOf: ["en", "fr", "es", "nl", "de"] },
  link_customization_name: { required: true, max: 128 },
  customer_guid: { max: 32 },
  external_bank_account_guid: { max: 32 },
  redirect_uri: { max: 128 },
  android_package_name: { max: 128 },
};

export function createWorkflow(bank: Bank, request: ProviderRequest): Answer {
  const fields = readFields(request.body, workflowRules);
  const { settings } = bank;
  if (!settings.countryConfigured) {
    throw unprocessable("InvalidBankCountryCodeConfiguration - Invalid bank configuration: country codes");
  }
  const target = fields.kind === "link_token_update" ? accountToUpdate(bank, fields) : newLink(bank, fields);
  const linkTokenRequest: LinkTokenRequest = {
    customerId: target.customerGuid ?? bank.guid,
    ...(fields.language === undefined ? {} : { language: fields.language }),
    ...(fields.redirect_uri === undefined ? {} : { redirectUri: fields.redirect_uri }),
    ...(target.updateItemId === undefined ? {} : { updateItemId: target.updateItemId }),
  };
  let failureCode: string | undefined;
  if (fields.redirect_uri !== undefined && !isRegistered(fields.redirect_uri, settings.redirectUris)) {
    if (settings.unregisteredRedirectUri === "422") {
      throw unprocessable("InvalidRedirectUri - Redirect URI is not registered");
    }
    failureCode = "invalid_redirect_uri";
  }
  const workflow = bank.workflows.create(target.customerGuid, linkTokenRequest, failureCode);
  return { status: 201, body: view(bank, workflow) };
}

export function getWorkflow(bank: Bank, request: ProviderRequest): Answer {
  const workflow = bank.workflows.get(request.params.guid ?? "");
  if (!workflow) throw notFound("workflow");
  return {
    status: 200,
    body: { ...view(bank, workflow), plaid_link_token: bank.workflows.linkToken(workflow) },
  };
}

export function listWorkflows(bank: Bank, { query }: ProviderRequest): Answer {
  const filter = readFilter(query, "guid", "bank_guid", "customer_guid");
  const found = bank.workflows
    .all()
    .filter(
      (workflow) =>
        filter.passes("guid", workflow.guid) &&
        filter.passes("bank_guid", bank.guid) &&
        filter.passes("customer_guid", workflow.customerGuid),
    );
  return listAnswer(query, found, (workflow) => view(bank, workflow));
}

interface LinkTarget {
  customerGuid: string | null;
  updateItemId?: string;
}

function newLink(bank: Bank, fields: WorkflowFields): LinkTarget {
  // Without a customer it links an account of the bank itself.
  if (fields.customer_guid === undefined) return { customerGuid: null };
  if (!bank.customers.get(fields.customer_guid)) {
    throw unprocessable("InvalidCustomer - Customer not found", "no_customer");
  }
  return { customerGuid: fields.customer_guid };
}

function accountToUpdate(bank: Bank, fields: WorkflowFields): LinkTarget {
  if (fields.external_bank_account_guid === undefined) {
    throw missingParameter(["external_bank_account_guid"]);
  }
  const account = bank.accounts.get(fields.external_bank_account_guid);
  const another = fields.customer_guid !== undefined && fields.customer_guid !== account?.customerGuid;
  const gone = account?.state === "deleting" || account?.state === "deleted";
  // One answer for all three, so that it does not reveal whose account it is.
  if (!account?.bank || another || gone) {
    throw unprocessable("InvalidExternalBankAccount - External bank account not found");
  }
  return { customerGuid: account.customerGuid, updateItemId: account.bank.itemId };
}

function isRegistered(redirectUri: string, registered: string[] | null): boolean {
  return isRedirectUri(redirectUri) && (registered === null || registered.includes(redirectUri));
}

/** Kind, account and redirect URI are not echoed; the token is only in a single workflow's answer. */
function view(bank: Bank, workflow: Workflow) {
  const state = bank.workflows.state(workflow);
  return {
    guid: workflow.guid,
    bank_guid: bank.guid,
    customer_guid: workflow.customerGuid,
    type: "plaid",
    state,
    failure_code: state === "failed" ? workflow.failureCode : null,
    created_at: isoTime(workflow.createdAtMs),
    updated_at: isoTime(state === "storing" ? workflow.createdAtMs : workflow.settlesAtMs),
  };
}
