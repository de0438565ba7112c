/**
 * A stand-in for Cybrid: its identity server and its bank API at one address.
 * It refuses what Cybrid's published descriptions say that it refuses; where nobody knows, a setting decides.
 */
import type { Call } from "../call-log.ts";
import type { Faults } from "../faults.ts";
import { bearerToken, type Dialect, type SimulatorRequest, startServer } from "../http.ts";
import type { PlaidBackend } from "../plaid/backend.ts";
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
  /** 0, the default, takes any free one. */
  port?: number;
  now?: () => number;
  settings?: Partial<CybridSettings>;
}

export interface CybridSimulator {
  url: string;
  identityUrl: string;
  /** Changes take effect with the next request. */
  settings: CybridSettings;
  faults: Faults;
  calls: Call[];
  /** The names of its operations, as in the call log. */
  routeNames: readonly string[];
  /** The new customer's guid; `verified` unless told otherwise. */
  addCustomer(customer: { type: CustomerType; state?: CustomerState; guid?: string }): string;
  setCustomerState(customerGuid: string, state: CustomerState): void;
  customers(): Customer[];
  /** In order of creation, also those that lists hide, as they stand now. */
  accounts(customerGuid?: string): ExternalBankAccount[];
  workflows(customerGuid?: string): Workflow[];
  workflowState(workflow: Workflow): string;
  verifications(customerGuid?: string): IdentityVerification[];
  /** Puts an account into a state by hand; what was to happen to it is called off. */
  forceState(accountGuid: string, state: AccountState, failureCode?: string): void;
  /** What balance reads of this one account find from now on. */
  setBalanceOutcome(accountGuid: string, outcome: BalanceOutcome): void;
  /** Ends every access token that is out. */
  expireAccessTokens(): void;
  /** Every access token that was given out, to look for where none may be. */
  accessTokens(): string[];
  close(): Promise<void>;
}

export async function startCybrid(options: CybridOptions): Promise<CybridSimulator> {
  const now = options.now ?? Date.now;
  const settings = { ...defaultCybridSettings(), ...options.settings };
  const bank = new Bank(settings, options.plaid, now);
  const server = await startServer({
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
    accessTokens: () => bank.accessTokens.all(),
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

function customerInRequest(request: SimulatorRequest): string | undefined {
  const body = request.body as { customer_guid?: unknown } | undefined | null;
  if (typeof body?.customer_guid === "string") return body.customer_guid;
  return request.query.get("customer_guid") ?? undefined;
}

function customerInPath(bank: Bank, { path, params }: SimulatorRequest): string | undefined {
  const { guid } = params;
  if (guid === undefined) return undefined;
  if (path.startsWith("/api/customers/")) return guid;
  const held = bank.accounts.get(guid) ?? bank.workflows.get(guid) ?? bank.verifications.get(guid);
  return held?.customerGuid ?? undefined;
}
