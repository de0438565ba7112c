/**
 * The part of Plaid that no page sees: link tokens, public tokens, what a bank holds.
 * The Link stand-in (browser) and the Cybrid and Lynx stand-ins (servers) share one instance.
 */
import { randomUUID } from "node:crypto";
import { type Institution, institutions } from "./institutions.ts";
import { defaultScenario, type LinkScenario } from "./scenario.ts";

export interface LinkTokenRequest {
  /** Who links: Plaid calls it `client_user_id`. */
  customerId: string;
  language?: string;
  redirectUri?: string;
  /** Update mode for the item that an earlier link made. */
  updateItemId?: string;
}

export interface LinkTokenRecord extends LinkTokenRequest {
  linkToken: string;
  expiresAtMs: number;
}

/** An account as Link hands it to the page: its id is new with every item. */
export interface ItemAccount {
  id: string;
  name: string;
  mask: string | null;
  type: string;
  subtype: string;
  /** The bank's own number: the same in every item, which is how duplicates are found. */
  accountNumber: string;
  routingNumber: string;
}

export interface Item {
  itemId: string;
  customerId: string;
  institution: Institution;
  accounts: ItemAccount[];
  /** When the customer last signed in at the bank for it: update mode moves this on and makes nothing new. */
  signedInAtMs: number;
}

export type ExchangeResult = { ok: true; item: Item } | { ok: false; errorCode: "INVALID_PUBLIC_TOKEN" };

interface PublicTokenRecord {
  item: Item;
  expiresAtMs: number;
  used: boolean;
}

export interface PlaidSettings {
  linkTokenLifeMs: number;
  updateTokenLifeMs: number;
  publicTokenLifeMs: number;
  /** Off: a public token can be exchanged again and again, so that nothing but the caller prevents a double. */
  singleUsePublicTokens: boolean;
}

export class PlaidBackend {
  readonly settings: PlaidSettings = {
    linkTokenLifeMs: 4 * 60 * 60_000,
    updateTokenLifeMs: 30 * 60_000,
    publicTokenLifeMs: 30 * 60_000,
    singleUsePublicTokens: true,
  };
  /** How Link behaves for whoever opens it next. */
  readonly scenario: LinkScenario = defaultScenario();

  readonly #linkTokens = new Map<string, LinkTokenRecord>();
  readonly #publicTokens = new Map<string, PublicTokenRecord>();
  readonly #items = new Map<string, Item>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  createLinkToken(request: LinkTokenRequest): LinkTokenRecord {
    const life = request.updateItemId ? this.settings.updateTokenLifeMs : this.settings.linkTokenLifeMs;
    const record = {
      ...request,
      linkToken: `link-sandbox-${randomUUID()}`,
      expiresAtMs: this.#now() + life,
    };
    this.#linkTokens.set(record.linkToken, record);
    return record;
  }

  /** The record while the token lives, else `undefined`: Link then says INVALID_LINK_TOKEN. */
  linkToken(linkToken: string): LinkTokenRecord | undefined {
    const record = this.#linkTokens.get(linkToken);
    return record && record.expiresAtMs > this.#now() ? record : undefined;
  }

  expireLinkToken(linkToken: string): void {
    const record = this.#linkTokens.get(linkToken);
    if (record) record.expiresAtMs = 0;
  }

  /** All that were ever made, in that order. */
  linkTokens(): LinkTokenRecord[] {
    return [...this.#linkTokens.values()];
  }

  expireLinkTokens(): void {
    for (const record of this.#linkTokens.values()) record.expiresAtMs = 0;
  }

  /** Those that nobody has exchanged in time. */
  expirePublicTokens(): void {
    for (const record of this.#publicTokens.values()) record.expiresAtMs = 0;
  }

  /** What Link does when a customer has chosen: makes the item and a public token for it. */
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
    this.#publicTokens.set(publicToken, {
      item,
      expiresAtMs: this.#now() + this.settings.publicTokenLifeMs,
      used: false,
    });
    return { publicToken, item };
  }

  /** What Cybrid and Lynx do with a public token. */
  exchange(publicToken: string): ExchangeResult {
    const record = this.#publicTokens.get(publicToken);
    const spent = record?.used && this.settings.singleUsePublicTokens;
    if (!record || spent || record.expiresAtMs <= this.#now()) {
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
