/**
 * The part of Plaid that no page sees: link tokens, public tokens, what a bank holds.
 * The Link stand-in (browser) and the Cybrid and Lynx stand-ins (servers) share one instance.
 */
import { randomUUID } from "node:crypto";
import { type Issued, IssuedTokens } from "../issued-tokens.ts";
import { type Institution, type InstitutionAccount, institutions } from "./institutions.ts";
import { defaultScenario, type LinkScenario } from "./scenario.ts";

export interface LinkTokenRequest {
  /** Who links: Plaid calls it `client_user_id`. */
  customerId: string;
  language?: string;
  redirectUri?: string;
  /** Update mode for the item that an earlier link created. */
  updateItemId?: string;
}

export type LinkTokenRecord = Issued<LinkTokenRequest & { linkToken: string }>;

/** An account as Link passes it to the page: its id is new with every item. */
export interface ItemAccount extends InstitutionAccount {
  id: string;
}

export interface Item {
  itemId: string;
  customerId: string;
  institution: Institution;
  accounts: ItemAccount[];
  /** When the customer last signed in at the bank for it: update mode changes this and creates nothing. */
  signedInAtMs: number;
}

export type ExchangeResult = { ok: true; item: Item } | { ok: false; errorCode: "INVALID_PUBLIC_TOKEN" };

export interface PlaidSettings {
  linkTokenLifeMs: number;
  updateTokenLifeMs: number;
  publicTokenLifeMs: number;
  /** Off: a public token can be exchanged repeatedly, so that only the caller prevents a second account. */
  singleUsePublicTokens: boolean;
}

export class PlaidBackend {
  readonly settings: PlaidSettings = {
    linkTokenLifeMs: 4 * 60 * 60_000,
    updateTokenLifeMs: 30 * 60_000,
    publicTokenLifeMs: 30 * 60_000,
    singleUsePublicTokens: true,
  };
  /** How Link behaves the next time it is opened. */
  readonly scenario: LinkScenario = defaultScenario();

  readonly #linkTokens: IssuedTokens<LinkTokenRequest & { linkToken: string }>;
  readonly #publicTokens: IssuedTokens<{ item: Item; used: boolean }>;
  readonly #items = new Map<string, Item>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#linkTokens = new IssuedTokens(now);
    this.#publicTokens = new IssuedTokens(now);
  }

  createLinkToken(request: LinkTokenRequest): LinkTokenRecord {
    const lifeMs = request.updateItemId ? this.settings.updateTokenLifeMs : this.settings.linkTokenLifeMs;
    const linkToken = `link-sandbox-${randomUUID()}`;
    return this.#linkTokens.issue(linkToken, { ...request, linkToken }, lifeMs);
  }

  /** The record while the token is live, else `undefined`: Link then reports INVALID_LINK_TOKEN. */
  linkToken(linkToken: string): LinkTokenRecord | undefined {
    return this.#linkTokens.live(linkToken);
  }

  expireLinkToken(linkToken: string): void {
    this.#linkTokens.expire(linkToken);
  }

  /** Every one that was created, oldest first. */
  linkTokens(): LinkTokenRecord[] {
    return this.#linkTokens.all();
  }

  expireLinkTokens(): void {
    this.#linkTokens.expireAll();
  }

  expirePublicTokens(): void {
    this.#publicTokens.expireAll();
  }

  /** What Link does when a customer has chosen: creates the item and a public token for it. */
  issuePublicToken(
    linkToken: string,
    institutionId: string,
    choose: (account: ItemAccount) => boolean = (account) => account.subtype === "checking",
  ): { publicToken: string; item: Item } {
    const record = this.#linkTokens.get(linkToken);
    if (!record) throw new Error(`no such link token: ${linkToken}`);
    const institution = institutions.find((candidate) => candidate.id === institutionId);
    if (!institution) throw new Error(`no such institution: ${institutionId}`);
    const accounts = institution.accounts
      .map((account) => ({ ...account, id: randomUUID().replaceAll("-", "") }))
      .filter(choose);
    const item = {
      itemId: randomUUID(),
      customerId: record.customerId,
      institution,
      accounts,
      signedInAtMs: this.#now(),
    };
    this.#items.set(item.itemId, item);
    const publicToken = `public-sandbox-${randomUUID()}`;
    this.#publicTokens.issue(publicToken, { item, used: false }, this.settings.publicTokenLifeMs);
    return { publicToken, item };
  }

  /** What Cybrid and Lynx do with a public token. */
  exchange(publicToken: string): ExchangeResult {
    const record = this.#publicTokens.live(publicToken);
    if (!record || (record.used && this.settings.singleUsePublicTokens)) {
      return { ok: false, errorCode: "INVALID_PUBLIC_TOKEN" };
    }
    record.used = true;
    return { ok: true, item: record.item };
  }

  item(itemId: string): Item | undefined {
    return this.#items.get(itemId);
  }

  /** What update mode does: the customer has signed in again, the item stays the same. */
  renewItem(itemId: string): Item {
    const item = this.#items.get(itemId);
    if (!item) throw new Error(`no such item: ${itemId}`);
    item.signedInAtMs = this.#now();
    return item;
  }
}
