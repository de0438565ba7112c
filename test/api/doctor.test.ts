/** The checklist, by good and bad configurations. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { DoctorItem, DoctorReport } from "../../worker/contract.ts";
import { API_KEY, type Edge, ORIGIN, REDIRECT_URI, SESSION_SECRET, startEdge } from "./edge.ts";
import { startWebhookReceiver, WEBHOOK_SECRET, type WebhookReceiver } from "./webhook-receiver.ts";

async function examine(edge: Edge, query = ""): Promise<DoctorItem[]> {
  const answer = await edge.call<DoctorReport>("GET", `/v1/doctor${query}`, { token: API_KEY });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.equal(answer.headers.get("Cache-Control"), "no-store");
  const report = JSON.stringify(answer.body);
  const secrets = [
    ...[API_KEY, SESSION_SECRET, WEBHOOK_SECRET],
    ...[edge.cybrid.settings.clientSecret, edge.lynx.settings.clientSecret],
    ...[...edge.cybrid.accessTokens(), ...edge.lynx.accessTokens()],
  ];
  for (const secret of secrets) assert.ok(!report.includes(secret), "the report holds a secret");
  assert.doesNotMatch(report, /link-sandbox-/);
  return answer.body.items;
}

function failures(items: DoctorItem[]): string[] {
  return items.filter(({ result }) => result === "failed").map(({ id }) => id);
}

function find(items: DoctorItem[], id: string): DoctorItem {
  const found = items.find((item) => item.id === id);
  assert.ok(found, `${id} is not among ${items.map((item) => item.id)}`);
  return found;
}

describe("a good configuration", () => {
  let edge: Edge;
  let receiver: WebhookReceiver;
  before(async () => {
    receiver = await startWebhookReceiver();
    edge = await startEdge({
      WEBHOOK_URL: receiver.url,
      WEBHOOK_SECRET,
      CYBRID_VERIFY_OWNERSHIP: "true",
    });
  });
  after(async () => {
    await edge.close();
    await receiver.close();
  });

  test("has no failure, and everything that a machine can check is checked", async () => {
    const items = await examine(edge);
    assert.deepEqual(failures(items), []);
    const ids = items.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, "each id once");
    for (const id of [
      "configuration",
      ...["LEDGER", "ACCESS_TOKENS", "SWEEP", "IDEMPOTENCY", "RATE_LIMITER", "ASSETS"].map(
        (name) => `binding.${name}`,
      ),
      ...["credentials.cybrid", "credentials.lynx", "redirect_uri.1", "origin.1", "webhook"],
      ...["workflows", "external_bank_accounts", "customers", "identity_verifications"].map(
        (what) => `scope.cybrid.${what}:read`,
      ),
    ]) {
      assert.equal(find(items, id).result, "ok", id);
    }
  });

  test("leaves to people what only people can know, and says what to do", async () => {
    const items = await examine(edge);
    for (const id of [
      "cybrid.redirect_uris_registered",
      "lynx.redirect_uris_registered",
      "lynx.launch_pages_registered",
      "by_hand.oauth",
      "scope.cybrid.external_bank_accounts:execute",
    ]) {
      assert.equal(find(items, id).result, "unknown", id);
    }
    for (const { id, result, detail } of items) assert.ok(result === "ok" || detail !== "", id);
  });

  test("changes nothing at the providers without being asked", async () => {
    edge.cybrid.calls.length = 0;
    edge.lynx.calls.length = 0;
    await examine(edge);
    const changing = [...edge.cybrid.calls, ...edge.lynx.calls].filter(
      ({ route }) => !route?.startsWith("GET ") && route !== "POST /oauth/token",
    );
    assert.deepEqual(changing, []);
  });

  test("sends a signed bank_link.test", async () => {
    receiver.tries.length = 0;
    await examine(edge);
    const [message] = receiver.tries;
    assert.equal(message?.type, "bank_link.test");
    receiver.answers.push(500);
    assert.equal(find(await examine(edge), "webhook").result, "failed");
  });

  test("makes one real link token per redirect URI for a named customer, of either provider", async () => {
    const customerId = edge.cybrid.addCustomer({ type: "individual" });
    const items = await examine(edge, `?provider=cybrid&customer_id=${customerId}`);
    assert.equal(find(items, "link_token.cybrid.1").result, "ok");
    assert.equal(edge.cybrid.workflows(customerId).length, 1);
    const lynx = await examine(edge, "?provider=lynx&customer_id=member-1");
    assert.equal(find(lynx, "link_token.lynx.1").result, "ok");
  });

  test("finds a redirect URI that the provider does not know", async () => {
    const customerId = edge.cybrid.addCustomer({ type: "individual" });
    edge.cybrid.settings.redirectUris = ["https://another.example.com/"];
    const items = await examine(edge, `?provider=cybrid&customer_id=${customerId}`);
    edge.cybrid.settings.redirectUris = null;
    assert.deepEqual(failures(items), ["link_token.cybrid.1"]);
  });

  test("requires the customer's provider where two are configured", async () => {
    const answer = await edge.call("GET", "/v1/doctor?customer_id=c", { token: API_KEY });
    assert.equal(answer.status, 400);
  });

  test("is given to API keys only, and to no page of another origin", async () => {
    const { token } = await edge.browser();
    for (const request of [{}, { token }, { token: "another-key-0123456789" }]) {
      assert.equal((await edge.call("GET", "/v1/doctor", request)).status, 401);
    }
    const foreign = { token: API_KEY, headers: { Origin: "https://other.example.com" } };
    assert.equal((await edge.call("GET", "/v1/doctor", foreign)).status, 403);
    const own = { token: API_KEY, headers: { Origin: ORIGIN } };
    assert.equal((await edge.call("GET", "/v1/doctor", own)).status, 200);
  });
});

describe("a bad configuration", () => {
  /** One Worker each, since a configuration is read once. */
  async function examineWith(vars: Record<string, string>, change: (edge: Edge) => void = () => {}) {
    const edge = await startEdge(vars);
    try {
      change(edge);
      return await examine(edge);
    } finally {
      await edge.close();
    }
  }

  test("is reported by the variables' names, never by their values", async () => {
    const vars = {
      ENVIRONMENT: "staging-with-a-secret",
      SESSION_SECRET: "too-short-secret",
      REDIRECT_URIS: "not-a-url",
    };
    const items = await examineWith(vars);
    assert.deepEqual(failures(items).sort(), [
      "configuration.ENVIRONMENT",
      "configuration.REDIRECT_URIS",
      "configuration.SESSION_SECRET",
    ]);
    for (const value of Object.values(vars)) assert.ok(!JSON.stringify(items).includes(value));
    assert.equal(find(items, "binding.IDEMPOTENCY").result, "ok");
  });

  test("no page may call while the allowed origins are unknown", async () => {
    const edge = await startEdge({ ENVIRONMENT: "staging" });
    const answer = await edge.call("GET", "/v1/doctor", { token: API_KEY, headers: { Origin: ORIGIN } });
    assert.equal(answer.status, 403);
    await edge.close();
  });

  test("rejected credentials", async () => {
    const items = await examineWith({ CYBRID_CLIENT_SECRET: "another-secret" });
    assert.deepEqual(failures(items), ["credentials.cybrid"]);
    const { detail } = find(items, "credentials.cybrid");
    assert.match(detail, /CYBRID_CLIENT_SECRET/);
    assert.doesNotMatch(detail, /another-secret/);
  });

  test("a scope that is missing", async () => {
    const items = await examineWith({}, ({ cybrid }) => {
      cybrid.settings.excessScopes = "dropped";
      cybrid.settings.grantedScopes = cybrid.settings.grantedScopes.filter(
        (scope) => scope !== "workflows:read",
      );
    });
    assert.deepEqual(failures(items), ["scope.cybrid.workflows:read"]);
  });

  test("unsuitable redirect URIs and origins", async () => {
    const items = await examineWith({
      REDIRECT_URIS: `${REDIRECT_URI}?a=1,https://elsewhere.example.com/,${REDIRECT_URI}`,
      ALLOWED_ORIGINS: `${ORIGIN},http://shop.example.com`,
    });
    assert.deepEqual(failures(items), ["redirect_uri.1", "redirect_uri.2", "origin.2"]);
  });
});
