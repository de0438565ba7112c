/** The whole state of the Cybrid stand-in: one bank, its settings, and everything it holds. */
import { IssuedTokens } from "../issued-tokens.ts";
import type { PlaidBackend } from "../plaid/backend.ts";
import { Customers } from "./customers.ts";
import { ExternalBankAccounts } from "./external-bank-accounts.ts";
import { newGuid } from "./guid.ts";
import { IdentityVerifications } from "./identity-verifications.ts";
import type { CybridSettings } from "./settings.ts";
import { Workflows } from "./workflows.ts";

export class Bank {
  readonly guid = newGuid();
  readonly settings: CybridSettings;
  readonly plaid: PlaidBackend;
  readonly now: () => number;
  readonly accessTokens: IssuedTokens<{ scopes: string[] }>;
  readonly customers: Customers;
  readonly workflows: Workflows;
  readonly accounts: ExternalBankAccounts;
  readonly verifications: IdentityVerifications;

  constructor(settings: CybridSettings, plaid: PlaidBackend, now: () => number) {
    this.settings = settings;
    this.plaid = plaid;
    this.now = now;
    this.accessTokens = new IssuedTokens(now);
    this.customers = new Customers(now);
    this.workflows = new Workflows(settings, plaid, now);
    this.accounts = new ExternalBankAccounts(settings, now);
    this.verifications = new IdentityVerifications(settings, this.accounts, now);
  }
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
