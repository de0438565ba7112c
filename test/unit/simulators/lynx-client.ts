/** A Lynx stand-in on a clock that the test moves, and the shortest way to call it. */
import { randomUUID } from "node:crypto";
import type { TestContext } from "node:test";
import { type LynxOptions, type LynxStandIn, startLynx } from "../../simulators/lynx/index.ts";
import { PlaidBackend } from "../../simulators/plaid/backend.ts";
import type { Reply } from "./cybrid-client.ts";

export interface LynxTest {
  lynx: LynxStandIn;
  plaid: PlaidBackend;
  advance(ms: number): void;
  tokenRequest(more?: Record<string, unknown>): Promise<Reply>;
  /** With a valid token, unless another is given; `null` for none. */
  post(path: string, body: unknown, token?: string | null): Promise<Reply>;
  /** The body of Get Link Token. */
  linkTokenRequest(clientMemberId: string, more?: Record<string, unknown>, idempotencyKey?: string): unknown;
  /** The body of Link External Account Verified, after the customer was in Link. */
  linkVerifiedRequest(
    clientMemberId: string,
    more?: Record<string, unknown>,
    idempotencyKey?: string,
  ): unknown;
}

export async function testLynx(
  test: TestContext,
  options: Pick<LynxOptions, "settings" | "paths"> = {},
): Promise<LynxTest> {
  let nowMs = Date.parse("2030-01-01T00:00:00Z");
  const now = () => nowMs;
  const plaid = new PlaidBackend(now);
  const lynx = await startLynx({ plaid, now, ...options });
  test.after(() => lynx.close());
  const clientOrg = { name: lynx.settings.clientOrgName };

  async function send(path: string, body: unknown, token: string | null): Promise<Reply> {
    const response = await fetch(lynx.url + path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  function tokenRequest(more: Record<string, unknown> = {}): Promise<Reply> {
    const credentials = { client_id: lynx.settings.clientId, client_secret: lynx.settings.clientSecret };
    const request = { ...credentials, audience: `${lynx.url}/`, grant_type: "client_credentials", ...more };
    return send("/oauth/token", request, null);
  }

  return {
    lynx,
    plaid,
    advance: (ms) => {
      nowMs += ms;
    },
    tokenRequest,
    post: async (path, body, token) =>
      send(path, body, token === undefined ? (await tokenRequest()).body.access_token : token),
    linkTokenRequest: (clientMemberId, more = {}, idempotencyKey = randomUUID()) => ({
      data: { member: { clientMemberId }, clientOrg, redirectUri: "https://shop.example/return", ...more },
      idempotency: { idempotencyKey },
    }),
    linkVerifiedRequest: (clientMemberId, more = {}, idempotencyKey = randomUUID()) => {
      const { linkToken } = plaid.createLinkToken({ customerId: clientMemberId });
      const { publicToken, item } = plaid.issuePublicToken(linkToken, "ins_109508");
      const memberBankAccount = {
        name: "First Platypus Bank - Plaid Checking",
        type: "CHECKING",
        partnerAccountId: item.accounts[0]?.id,
        partnerAccessToken: publicToken,
        ...more,
      };
      return {
        data: { member: { clientMemberId }, clientOrg, memberBankAccount },
        idempotency: { idempotencyKey },
      };
    },
  };
}
