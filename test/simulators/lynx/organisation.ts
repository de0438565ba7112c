/** The whole state of the Lynx stand-in: one organisation, its settings, and its members' accounts. */
import { randomUUID } from "node:crypto";
import { IssuedTokens } from "../issued-tokens.ts";
import type { Item, PlaidBackend } from "../plaid/backend.ts";
import { IdempotencyKeys } from "./idempotency-keys.ts";
import type { LynxSettings } from "./settings.ts";

/** The request schema's four spellings of two types. */
export const accountTypes = ["CHECKING", "Checking", "SAVINGS", "Savings"] as const;
export type AccountType = (typeof accountTypes)[number];

export interface MemberBankAccount {
  id: string;
  clientMemberId: string;
  name: string;
  type: AccountType;
  institutionId: string;
  accountNumber: string;
  routingNumber: string;
  createdAtMs: number;
  listedFromMs: number;
}

export interface NewMemberBankAccount {
  clientMemberId: string;
  name: string;
  type: AccountType;
  institution: Item["institution"];
  account: Item["accounts"][number];
  listLagMs: number;
}

export class Organisation {
  readonly settings: LynxSettings;
  readonly plaid: PlaidBackend;
  readonly now: () => number;
  readonly accessTokens: IssuedTokens<{ jwt: string }>;
  readonly idempotencyKeys = new IdempotencyKeys();
  /** In order of creation. */
  readonly accounts: MemberBankAccount[] = [];

  constructor(settings: LynxSettings, plaid: PlaidBackend, now: () => number) {
    this.settings = settings;
    this.plaid = plaid;
    this.now = now;
    this.accessTokens = new IssuedTokens(now);
  }

  addAccount({ institution, account, listLagMs, ...named }: NewMemberBankAccount): MemberBankAccount {
    const createdAtMs = this.now();
    const added: MemberBankAccount = {
      id: randomUUID(),
      ...named,
      institutionId: institution.id,
      accountNumber: account.accountNumber,
      routingNumber: account.routingNumber,
      createdAtMs,
      listedFromMs: createdAtMs + listLagMs,
    };
    this.accounts.push(added);
    return added;
  }

  holds({ clientMemberId, institution, account }: NewMemberBankAccount): boolean {
    return this.accounts.some(
      (held) =>
        held.clientMemberId === clientMemberId &&
        held.institutionId === institution.id &&
        held.accountNumber === account.accountNumber,
    );
  }
}
