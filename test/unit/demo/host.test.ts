import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { startHost } from "../../demo/host/index.ts";
import { listen, webApp } from "../../simulators/server.ts";

const CUSTOMERS = [
  { label: "Customer 1", provider: "cybrid", customerId: "guid-1" },
  { label: "Customer 2", provider: "cybrid", customerId: "guid-2" },
  { label: "Customer 1", provider: "lynx", customerId: "member-1" },
] as const;

const WEBHOOK_SECRET = `whsec_${Buffer.from("a-webhook-secret-of-32-bytes----").toString("base64")}`;

/** The host with a Worker whose session token is the request's body. */
async function setUp(t: TestContext) {
  const app = webApp();
  app.post("/v1/sessions", async (c) => {
    const answer = { token: await c.req.text(), expires_at: c.req.header("authorization") };
    return c.json(answer, 201);
  });
  app.all("*", (c) => c.json({ accounts: [] }));
  const worker = await listen(app);
  const host = await startHost({
    workerUrl: worker.url,
    apiKey: "key",
    plaidScriptUrl: "http://localhost/link-initialize.js",
    webhookSecret: WEBHOOK_SECRET,
    controlUrl: "http://localhost/control",
    customers: [...CUSTOMERS],
  });
  t.after(() => Promise.all([host.close(), worker.close()]));
  const visit = async (path: string, cookie = "") => {
    const response = await fetch(host.url + path, { headers: { cookie } });
    return response.headers.get("set-cookie") ?? "";
  };
  const post = (path: string, cookie: string, body = "{}", origin = host.url) =>
    fetch(host.url + path, { method: "POST", headers: { cookie, origin }, body, redirect: "manual" });
  const session = async (cookie: string) => {
    const { token } = (await (await post("/bank-link-session", cookie)).json()) as { token: string };
    return JSON.parse(token);
  };
  return { host, visit, post, session };
}

test("the first visit signs in the first customer, with a cookie hidden from scripts and other sites", async (t) => {
  const { host, visit, session } = await setUp(t);
  const cookie = await visit("/");
  assert.match(cookie, /HttpOnly; SameSite=Lax/);
  assert.deepEqual(await session(cookie), {
    customer_id: "guid-1",
    provider: "cybrid",
    origin: host.url,
  });
});

test("?provider=lynx is remembered on later visits", async (t) => {
  const { visit, session } = await setUp(t);
  const cookie = await visit("/?provider=lynx");
  await visit("/?oauth_state_id=1", cookie);
  assert.equal((await session(cookie)).customer_id, "member-1");
});

test("the customer can be changed", async (t) => {
  const { visit, post, session } = await setUp(t);
  const cookie = await visit("/");
  assert.equal((await post("/customer", cookie, "label=Customer+2")).status, 303);
  assert.equal((await session(cookie)).customer_id, "guid-2");
});

test("no session is minted without the cookie, nor for a page of another origin", async (t) => {
  const { visit, post } = await setUp(t);
  assert.equal((await post("/bank-link-session", "")).status, 401);
  const cookie = await visit("/");
  assert.equal((await post("/bank-link-session", cookie, "{}", "https://evil.example")).status, 403);
});

test("a webhook is accepted only with the right signature, kept once, and shown to its customer alone", async (t) => {
  const { host, visit } = await setUp(t);
  const payload = JSON.stringify({
    type: "bank_link.linked",
    timestamp: new Date().toISOString(),
    data: { customer_id: "guid-1", provider: "cybrid" },
  });
  const send = (secret: string) => {
    const sentAt = new Date();
    const headers = {
      "webhook-id": "msg_1",
      "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign("msg_1", sentAt, payload),
    };
    return fetch(`${host.url}/webhooks`, { method: "POST", headers, body: payload });
  };
  const other = `whsec_${Buffer.from("another-secret-of-32-bytes------").toString("base64")}`;
  assert.equal((await send(other)).status, 401);
  assert.equal((await send(WEBHOOK_SECRET)).status, 200);
  assert.equal((await send(WEBHOOK_SECRET)).status, 200);
  const shown = async (cookie: string) =>
    (await (await fetch(`${host.url}/webhooks`, { headers: { cookie } })).json()) as { type: string }[];
  assert.deepEqual(
    (await shown(await visit("/"))).map(({ type }) => type),
    ["bank_link.linked"],
  );
  assert.deepEqual(await shown(await visit("/?provider=lynx")), []);
});
