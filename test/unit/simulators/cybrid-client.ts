/** A Cybrid stand-in on a clock that the test moves, and the shortest way to call it. */
import type { TestContext } from "node:test";
import { type CybridSettings, type CybridStandIn, startCybrid } from "../../simulators/cybrid/index.ts";
import { PlaidBackend } from "../../simulators/plaid/backend.ts";

export interface Reply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads of it what the operation answers
  body: any;
}

export interface CybridTest {
  cybrid: CybridStandIn;
  plaid: PlaidBackend;
  advance(ms: number): void;
  /** With a token of all scopes, unless another is given; `null` for none. */
  call(method: string, path: string, body?: unknown, token?: string | null): Promise<Reply>;
  token(scope?: string): Promise<string>;
  /** What the customer does in Link: the body for a new account. */
  linkedAccount(customerGuid: string, subtypes?: string[]): Record<string, unknown>;
  /** A settled account; its guid. */
  account(customerGuid: string): Promise<string>;
}

export async function testCybrid(
  test: TestContext,
  settings: Partial<CybridSettings> = {},
): Promise<CybridTest> {
  let nowMs = Date.parse("2030-01-01T00:00:00Z");
  const now = () => nowMs;
  const plaid = new PlaidBackend(now);
  const cybrid = await startCybrid({ plaid, now, settings });
  test.after(() => cybrid.close());
  let wholeToken: string | undefined;

  async function send(method: string, path: string, body: unknown, token: string | null): Promise<Reply> {
    const response = await fetch(cybrid.url + path, {
      method,
      headers: {
        "content-type": "application/json",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  async function token(scope = cybrid.settings.grantedScopes.join(" ")): Promise<string> {
    const { clientId, clientSecret } = cybrid.settings;
    const { body } = await send(
      "POST",
      "/oauth/token",
      { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret, scope },
      null,
    );
    return body.access_token;
  }

  async function call(method: string, path: string, body?: unknown, given?: string | null): Promise<Reply> {
    if (given === undefined) wholeToken ??= await token();
    return send(method, path, body, given === undefined ? (wholeToken ?? null) : given);
  }

  function linkedAccount(customerGuid: string, subtypes = ["checking"]): Record<string, unknown> {
    const { linkToken } = plaid.createLinkToken({ customerId: customerGuid });
    const { publicToken, item } = plaid.issuePublicToken(linkToken, "ins_109508", (account) =>
      subtypes.includes(account.subtype),
    );
    return {
      name: "First Platypus Bank - Plaid Checking",
      account_kind: "plaid",
      customer_guid: customerGuid,
      asset: "USD",
      plaid_public_token: publicToken,
      plaid_account_id: item.accounts[0]?.id,
    };
  }

  return {
    cybrid,
    plaid,
    advance: (ms) => {
      nowMs += ms;
    },
    call,
    token,
    linkedAccount,
    account: async (customerGuid) => {
      const { body } = await call("POST", "/api/external_bank_accounts", linkedAccount(customerGuid));
      nowMs += cybrid.settings.accountMs;
      return body.guid;
    },
  };
}

export function linkWorkflow(customerGuid: string, more: Record<string, unknown> = {}) {
  return {
    type: "plaid",
    kind: "link_token_create",
    language: "en",
    link_customization_name: "default",
    customer_guid: customerGuid,
    ...more,
  };
}
