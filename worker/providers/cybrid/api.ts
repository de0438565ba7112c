/** The calls to Cybrid that bank linking needs, each strict in what it sends. */
import type * as z from "zod";
import { ACCOUNT_PAGES_MAX, ACCOUNTS_PER_PAGE } from "../../limits.ts";
import type { ApiRequest, AuthorizedApi } from "../authorized-api.ts";
import { lose, type Result, reject, succeed } from "../provider.ts";
import type { LANGUAGES } from "./limits.ts";
import { toFailure } from "./map-failure.ts";
import {
  customer,
  type ExternalBankAccount,
  externalBankAccount,
  externalBankAccountList,
  identityVerification,
  identityVerificationList,
  workflow,
  workflowList,
} from "./schemas.ts";

export interface PostWorkflow {
  type: "plaid";
  kind: "link_token_create" | "link_token_update";
  language: (typeof LANGUAGES)[number];
  link_customization_name: string;
  customer_guid: string;
  external_bank_account_guid?: string;
  redirect_uri?: string;
}

export interface PostExternalBankAccount {
  name: string;
  account_kind: "plaid";
  customer_guid: string;
  asset: string;
  plaid_public_token: string;
  plaid_account_id: string;
}

export interface PostIdentityVerification {
  type: "bank_account";
  method: "account_ownership";
  customer_guid: string;
  external_bank_account_guid: string;
}

export interface CustomerAccounts {
  accounts: ExternalBankAccount[];
  /** Every page was read. */
  isComplete: boolean;
}

interface Page<Item> {
  total: number;
  objects: Item[];
}

const GUID = /^\w{1,64}$/;

export function createCybridApi(call: AuthorizedApi) {
  async function ask<Schema extends z.ZodType>(
    request: ApiRequest,
    schema: Schema,
  ): Promise<Result<z.infer<Schema>>> {
    const result = await call(request);
    if (!result.ok) return result;
    const { status, body, sentAtMs } = result.value;
    if (status >= 400) return toFailure(result.value);
    const parsed = schema.safeParse(body);
    if (parsed.success) return succeed(parsed.data);
    // A success in another shape: something may have been created, but we cannot say what.
    return lose("provider_unavailable", { sentAtMs, hasEnded: true });
  }

  /** All pages, newest first. `isComplete`: there was no more than we read at the most. */
  async function askForAll<Item>(
    request: Pick<ApiRequest, "call" | "path">,
    filter: Record<string, string>,
    schema: z.ZodType<Page<Item>>,
  ): Promise<Result<{ items: Item[]; isComplete: boolean }>> {
    const items: Item[] = [];
    for (let page = 0; page < ACCOUNT_PAGES_MAX; page++) {
      const query = new URLSearchParams({
        ...filter,
        page: String(page),
        per_page: String(ACCOUNTS_PER_PAGE),
      });
      const result = await ask(
        { call: request.call, method: "GET", path: `${request.path}?${query}`, repeatable: true },
        schema,
      );
      if (!result.ok) return result;
      const { objects, total } = result.value;
      items.push(...objects);
      if (objects.length < ACCOUNTS_PER_PAGE || items.length >= total) {
        return succeed({ items, isComplete: true });
      }
    }
    return succeed({ items, isComplete: false });
  }

  const accountPath = (guid: string) => `/api/external_bank_accounts/${encodeURIComponent(guid)}`;

  /** Ids come from outside; what is no guid is nobody's, and must not become another path. */
  const askForAccount = async (guid: string, request: Omit<ApiRequest, "path">, query = "") =>
    GUID.test(guid)
      ? ask({ ...request, path: accountPath(guid) + query }, externalBankAccount)
      : reject("not_found");

  return {
    createWorkflow: (body: PostWorkflow) =>
      ask(
        {
          call: "cybrid.create_workflow",
          method: "POST",
          path: "/api/workflows",
          body: JSON.stringify(body),
          // A workflow that nobody uses does no harm.
          repeatable: true,
        },
        workflow,
      ),

    getWorkflow: (guid: string) =>
      ask(
        {
          call: "cybrid.get_workflow",
          method: "GET",
          path: `/api/workflows/${encodeURIComponent(guid)}`,
          repeatable: true,
        },
        workflow,
      ),

    /** The newest one, of whatever customer: to see whether it may be read. */
    peekAtWorkflows: () =>
      ask(
        {
          call: "cybrid.list_workflows",
          method: "GET",
          path: "/api/workflows?page=0&per_page=1",
          repeatable: true,
        },
        workflowList,
      ),

    /** Never repeated here: Cybrid has no idempotency key. */
    createAccount: (body: string) =>
      ask(
        {
          call: "cybrid.create_external_bank_account",
          method: "POST",
          path: "/api/external_bank_accounts",
          body,
          repeatable: false,
        },
        externalBankAccount,
      ),

    /** Without balances: asking for them can change the account. */
    getAccount: (guid: string) =>
      askForAccount(guid, {
        call: "cybrid.get_external_bank_account",
        method: "GET",
        repeatable: true,
      }),

    patchAccount: (guid: string, state: "completed" | "refresh_required") =>
      askForAccount(guid, {
        call: "cybrid.patch_external_bank_account",
        method: "PATCH",
        body: JSON.stringify({ state }),
        repeatable: false,
      }),

    deleteAccount: (guid: string) =>
      askForAccount(guid, {
        call: "cybrid.delete_external_bank_account",
        method: "DELETE",
        repeatable: false,
      }),

    /** Asks the bank itself, which may flip the account to `refresh_required`: one try, after a refresh only. */
    getAccountWithFreshBalance: (guid: string) =>
      askForAccount(
        guid,
        {
          call: "cybrid.get_external_bank_account_balance",
          method: "GET",
          repeatable: false,
        },
        "?force_balance_refresh=true",
      ),

    getCustomer: (guid: string) =>
      ask(
        {
          call: "cybrid.get_customer",
          method: "GET",
          path: `/api/customers/${encodeURIComponent(guid)}`,
          repeatable: true,
        },
        customer,
      ),

    /** Of one customer, newest first. */
    listOwnershipChecks: (customerGuid: string) =>
      askForAll(
        { call: "cybrid.list_identity_verifications", path: "/api/identity_verifications" },
        { customer_guid: customerGuid, type: "bank_account" },
        identityVerificationList,
      ),

    /** Not repeated here: each call begins another check. */
    createOwnershipCheck: (body: PostIdentityVerification) =>
      ask(
        {
          call: "cybrid.create_identity_verification",
          method: "POST",
          path: "/api/identity_verifications",
          body: JSON.stringify(body),
          repeatable: false,
        },
        identityVerification,
      ),

    /** Of all customers. */
    listRefreshRequired: (page: number) =>
      ask(
        {
          call: "cybrid.list_refresh_required",
          method: "GET",
          path: `/api/external_bank_accounts?${new URLSearchParams({
            state: "refresh_required",
            page: String(page),
            per_page: String(ACCOUNTS_PER_PAGE),
          })}`,
          repeatable: true,
        },
        externalBankAccountList,
      ),

    /** One customer's accounts, newest first; states are sorted by us, since Cybrid's filter is partial. */
    async listAccounts(customerGuid: string): Promise<Result<CustomerAccounts>> {
      const listed = await askForAll(
        { call: "cybrid.list_external_bank_accounts", path: "/api/external_bank_accounts" },
        { customer_guid: customerGuid },
        externalBankAccountList,
      );
      if (!listed.ok) return listed;
      const { items: accounts, isComplete } = listed.value;
      return succeed({ accounts, isComplete });
    },
  };
}

export type CybridApi = ReturnType<typeof createCybridApi>;
