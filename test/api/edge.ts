/** The real Worker in workerd, between stand-ins for the providers; one per test file. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createTestHarness } from "wrangler";
import type { ConfigVariables } from "../../worker/config.ts";
import type { Link, Problem, ProviderName, Session } from "../../worker/contract.ts";
import { openApiDocument } from "../../worker/docs/document.ts";
import { type CybridStandIn, startCybrid } from "../simulators/cybrid/index.ts";
import { type LynxStandIn, startLynx } from "../simulators/lynx/index.ts";
import { PlaidBackend } from "../simulators/plaid/backend.ts";
import { providerVars } from "../simulators/provider-vars.ts";
import { assertDocumented, type Document } from "./document.ts";

export const API_KEY = "test-api-key-0123456789";
export const SESSION_SECRET = "test-session-secret-0123456789abcdef";
export const ORIGIN = "https://shop.example.com";
export const REDIRECT_URI = "https://shop.example.com/bank";
export const FIRST_PLATYPUS = "ins_109508";

const document: Document = JSON.parse(JSON.stringify(openApiDocument()));

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface Edge {
  url: URL;
  cybrid: CybridStandIn;
  lynx: LynxStandIn;
  plaid: PlaidBackend;
  harness: ReturnType<typeof createTestHarness>;
  /** A signed-in browser of a new customer. */
  browser(provider?: ProviderName, more?: object): Promise<Browser>;
  /** Fails where the answer is not as the OpenAPI document says. */
  call<Body = Problem>(method: string, path: string, request?: CallOptions): Promise<Answer<Body>>;
  close(): Promise<void>;
}

export interface CallOptions {
  token?: string;
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Browser {
  customerId: string;
  token: string;
  call<Body = Link>(method: string, path: string, request?: CallOptions): Promise<Answer<Body>>;
  /** A ready link. */
  link(body?: object): Promise<Link>;
  /** What Plaid Link passes to the page once the customer has chosen: the body of a finalize. */
  choose(link: Link): { public_token: string } & Record<string, unknown>;
}

export async function startEdge(vars: ConfigVariables = {}, configPath = "./wrangler.toml"): Promise<Edge> {
  const plaid = new PlaidBackend();
  const cybrid = await startCybrid({ plaid });
  const lynx = await startLynx({ plaid });
  const all = {
    ...providerVars(cybrid, lynx),
    ALLOWED_ORIGINS: ORIGIN,
    REDIRECT_URIS: REDIRECT_URI,
    SESSION_SECRET,
    API_KEYS: API_KEY,
    ...vars,
  };
  // As secrets too, which take precedence over a .dev.vars file.
  const harness = createTestHarness({ workers: [{ configPath, vars: all, secrets: all }] });
  const { url } = await harness.listen();

  const call: Edge["call"] = async (method, path, { token, key, body, headers } = {}) => {
    const response = await harness.fetch(path, {
      method,
      headers: {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(key && { "Idempotency-Key": key }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = {
      status: response.status,
      headers: new Headers([...response.headers]),
      body: text === "" ? null : JSON.parse(text),
    };
    assertDocumented(document, method, path, answer);
    return answer;
  };

  async function browser(provider: ProviderName = "cybrid", more: object = {}): Promise<Browser> {
    const customerId =
      provider === "cybrid" ? cybrid.addCustomer({ type: "individual" }) : `member-${randomUUID()}`;
    const session = await call<Session>("POST", "/v1/sessions", {
      token: API_KEY,
      body: { customer_id: customerId, provider, ...more },
    });
    const { token } = session.body;
    const own: Browser = {
      customerId,
      token,
      call: (method, path, request) => call(method, path, { token, ...request }),
      async link(body = {}) {
        const { body: link } = await own.call("POST", "/v1/links", { key: randomUUID(), body });
        if (link.status !== "ready") throw new Error(`no ready link: ${JSON.stringify(link)}`);
        return link;
      },
      choose(link) {
        const { publicToken, item } = plaid.issuePublicToken(link.link_token ?? "", FIRST_PLATYPUS);
        const [account] = item.accounts;
        if (!account) throw new Error("the bank has no account");
        return {
          public_token: publicToken,
          account: {
            id: account.id,
            name: account.name,
            mask: account.mask,
            type: account.type,
            subtype: account.subtype,
          },
          institution: { id: item.institution.id, name: item.institution.name },
        };
      },
    };
    return own;
  }

  return {
    url,
    cybrid,
    lynx,
    plaid,
    harness,
    browser,
    call,
    async close() {
      const unexpected = harness.getLogs().filter(({ message }) => message.includes('"event":"unexpected"'));
      await harness.close();
      await cybrid.close();
      await lynx.close();
      assert.deepEqual(unexpected, [], "the Worker met something unexpected");
    },
  };
}
