/** No link token, public token or secret in any log line or KV value. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Link } from "../../worker/contract.ts";
import { API_KEY, type Edge, SESSION_SECRET, startEdge } from "./edge.ts";

interface KeyValues {
  list(): Promise<{ keys: { name: string }[] }>;
  get(name: string): Promise<string | null>;
}

let edge: Edge;
before(async () => {
  edge = await startEdge({ UPSTREAM_TIMEOUT_SECONDS: "1" });
});
after(() => edge.close());

test("logs and KV hold no token and no secret, whatever becomes of a link", async () => {
  const secrets = [
    API_KEY,
    SESSION_SECRET,
    edge.cybrid.settings.clientSecret,
    edge.lynx.settings.clientSecret,
    // Digits that only a bank knows.
    "11112222333300000",
  ];
  for (const provider of ["cybrid", "lynx"] as const) {
    for (const fault of ["none", "refused", "lost"]) {
      const browser = await edge.browser(provider);
      const link = await browser.link();
      const choice = browser.choose(link);
      secrets.push(browser.token, link.link_token ?? "", choice.public_token);
      const [simulator, route] =
        provider === "cybrid"
          ? [edge.cybrid, "POST /api/external_bank_accounts"]
          : [edge.lynx, `POST ${edge.lynx.paths.linkVerified}`];
      const token = choice.public_token;
      const echo = {
        cybrid: { status: 422, error_message: token, message_code: token },
        lynx: {
          data: null,
          exceptions: [{ errorCode: token, exceptionSource: "SYSTEM", exceptionMessage: token }],
        },
      }[provider];
      if (fault === "refused") simulator.faults.once(route, { kind: "status", status: 422, body: echo });
      if (fault === "lost") simulator.faults.once(route, { kind: "drop", work: "done" });
      const { body } = await browser.call<Link>("POST", `/v1/links/${link.id}/finalize`, {
        key: randomUUID(),
        body: choice,
        headers: { Prefer: "wait=25" },
      });
      const exit = {
        status: choice.public_token,
        link_session_id: choice.public_token,
        request_id: link.link_token,
      };
      await browser.call("POST", `/v1/links/${link.id}/exit`, { body: exit });
      assert.equal(body.status, fault === "refused" ? "failed" : "linked");
      await browser.call("POST", `/v1/links/${link.id}/finalize`, {
        key: "x",
        body: { public_token: choice.public_token },
      });
    }
  }
  secrets.push(...edge.cybrid.accessTokens(), ...edge.lynx.accessTokens());

  const { IDEMPOTENCY } = await edge.harness.getWorker<{ IDEMPOTENCY: KeyValues }>().getEnv();
  const keys = (await IDEMPOTENCY.list()).keys.map(({ name }) => name);
  assert.ok(keys.length >= 6, `${keys.length} replays are kept`);
  const values = await Promise.all(keys.map((name) => IDEMPOTENCY.get(name)));
  const logs = edge.harness.getLogs().map(({ message }) => message);
  assert.ok(logs.some((line) => line.includes("create_external_bank_account")));
  for (const [place, texts] of Object.entries({ logs, values, keys })) {
    for (const secret of secrets) {
      assert.ok(secret.length > 8);
      assert.ok(!texts.some((text) => text?.includes(secret)), `${place} hold a secret`);
    }
  }
});
