/**
 * A stand-in for Cybrid: its identity server and its bank API at one URL.
 * It rejects what Cybrid's published descriptions reject; where they leave something open, a setting decides.
 */
import type { PlaidBackend } from "../plaid/backend.ts";
import {
  bearerToken,
  type Dialect,
  type ProviderRequest,
  type ProviderServer,
  startProviderServer,
} from "../provider-server.ts";
import { Bank } from "./bank.ts";
import type { Customer, CustomerState, CustomerType } from "./customers.ts";
import { errorAnswer, plainError } from "./errors.ts";
import type { AccountState, ExternalBankAccount } from "./external-bank-accounts.ts";
import type { IdentityVerification } from "./identity-verifications.ts";
import { cybridRoutes } from "./routes.ts";
import { type BalanceOutcome, type CybridSettings, defaultCybridSettings } from "./settings.ts";
import type { Workflow } from "./workflows.ts";

export { type CybridSettings, cybridScopes, defaultCybridSettings } from "./settings.ts";
export type { AccountState, Customer, ExternalBankAccount, IdentityVerification, Workflow };

export interface CybridOptions {
  plaid: PlaidBackend;
  /** 0, the default, takes a free one. */
  port?: number;
  now?: () => number;
  settings?: Partial<CybridSettings>;
}

export interface CybridStandIn extends ProviderServer {
  identityUrl: string;
  /** Changes take effect with the next request. */
  settings: CybridSettings;
  /** The new customer's guid; `verified` unless another state is given. */
  addCustomer(customer: { type: CustomerType; state?: CustomerState; guid?: string }): string;
  setCustomerState(customerGuid: string, state: CustomerState): void;
  customers(): Customer[];
  /** In order of creation, in their current state, those that lists hide included. */
  accounts(customerGuid?: string): ExternalBankAccount[];
  workflows(customerGuid?: string): Workflow[];
  workflowState(workflow: Workflow): string;
  verifications(customerGuid?: string): IdentityVerification[];
  /** Puts an account into a state; whatever was scheduled for it is canceled. */
  forceState(accountGuid: string, state: AccountState, failureCode?: string): void;
  /** The outcome of balance reads of this one account from now on. */
  setBalanceOutcome(accountGuid: string, outcome: BalanceOutcome): void;
  expireAccessTokens(): void;
  /** Every access token that was issued, to search for where none may appear. */
  accessTokens(): string[];
}

export async function startCybrid(options: CybridOptions): Promise<CybridStandIn> {
  const now = options.now ?? Date.now;
  const settings = { ...defaultCybridSettings(), ...options.settings };
  const bank = new Bank(settings, options.plaid, now);
  const server = await startProviderServer({
    routes: cybridRoutes(bank),
    dialect: cybridDialect(bank),
    port: options.port ?? 0,
    now,
  });

  function account(guid: string): ExternalBankAccount {
    const found = bank.accounts.get(guid);
    if (!found) throw new Error(`no such account: ${guid}`);
    return found;
  }

  return {
    ...server,
    identityUrl: server.url,
    settings,
    addCustomer: (customer) => bank.customers.add(customer),
    setCustomerState: (guid, state) => bank.customers.setState(guid, state),
    customers: () => bank.customers.all(),
    accounts: (customerGuid) => {
      bank.verifications.advance();
      return ofCustomer(bank.accounts.all(), customerGuid);
    },
    workflows: (customerGuid) => ofCustomer(bank.workflows.all(), customerGuid),
    verifications: (customerGuid) => ofCustomer(bank.verifications.all(), customerGuid),
    workflowState: (workflow) => bank.workflows.state(workflow),
    forceState: (guid, state, failureCode) =>
      bank.accounts.setState(account(guid), state, failureCode ?? null),
    setBalanceOutcome: (guid, outcome) => {
      account(guid).balanceOutcome = outcome;
    },
    expireAccessTokens: () => bank.accessTokens.expireAll(),
    accessTokens: () => bank.accessTokens.tokens(),
  };
}

function ofCustomer<Held extends { customerGuid: string | null }>(
  all: Held[],
  customerGuid?: string,
): Held[] {
  return customerGuid === undefined ? all : all.filter((held) => held.customerGuid === customerGuid);
}

function cybridDialect(bank: Bank): Dialect {
  return {
    error: plainError,
    expireToken: (request) => {
      bank.accessTokens.expire(bearerToken(request) ?? "");
      return errorAnswer(401, "authentication_failed", "Signature has expired");
    },
    customerOf: (request) => customerInRequest(request) ?? customerInPath(bank, request),
  };
}

function customerInRequest(request: ProviderRequest): string | undefined {
  const body = request.body as { customer_guid?: unknown } | undefined | null;
  if (typeof body?.customer_guid === "string") return body.customer_guid;
  return request.query.get("customer_guid") ?? undefined;
}

function customerInPath(bank: Bank, { path, params }: ProviderRequest): string | undefined {
  const { guid } = params;
  if (guid === undefined) return undefined;
  if (path.startsWith("/api/customers/")) return guid;
  const held = bank.accounts.get(guid) ?? bank.workflows.get(guid) ?? bank.verifications.get(guid);
  return held?.customerGuid ?? undefined;
}
