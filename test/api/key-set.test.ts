/** Session tokens of an identity provider: RS256, ES256 and EdDSA by its published keys, and nothing else. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from "jose";
import type { Problem } from "../../worker/contract.ts";
import { type Edge, startEdge } from "./edge.ts";

const ISSUER = "https://id.shop.example.com/";
const ALGORITHMS = ["RS256", "ES256", "EdDSA"] as const;
type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

let edge: Edge;
let server: Server;
let answersWith = 200;
const keys = new Map<string, Keys>();
before(async () => {
  const published: JWK[] = [];
  for (const alg of ALGORITHMS) {
    const pair = await generateKeyPair(alg, { extractable: true });
    keys.set(alg, pair);
    published.push({ ...(await exportJWK(pair.publicKey)), kid: alg, alg, use: "sig" });
  }
  server = createServer((_request, response) => {
    response.writeHead(answersWith, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  edge = await startEdge({ SESSION_JWKS_URL: `http://127.0.0.1:${port}/keys`, SESSION_ISSUER: ISSUER });
});
after(async () => {
  await edge.close();
  server.closeAllConnections();
  server.close();
});

function sign(alg: string, claims: object = {}, key = keys.get(alg)?.privateKey, kid = alg): Promise<string> {
  assert.ok(key);
  const customer = edge.cybrid.addCustomer({ type: "individual" });
  const exp = Math.floor(Date.now() / 1_000) + 600;
  return new SignJWT({ sub: customer, iss: ISSUER, aud: "bank-link", exp, provider: "cybrid", ...claims })
    .setProtectedHeader({ alg, kid })
    .sign(key);
}

const create = (token: string) =>
  edge.call<Problem>("POST", "/v1/links", { token, key: randomUUID(), body: {} });

describe("a token of the identity provider", () => {
  for (const alg of ALGORITHMS) {
    test(`is accepted when it is signed by ${alg}`, async () => {
      assert.equal((await create(await sign(alg))).status, 201);
    });
  }

  test("is rejected in the same way, whatever is wrong with it", async () => {
    const stranger = await generateKeyPair("ES256");
    const publicPem = await exportSPKI(keys.get("RS256")?.publicKey as Keys["publicKey"]);
    const refused = {
      "another issuer": sign("ES256", { iss: "https://elsewhere.example.com/" }),
      "another audience": sign("ES256", { aud: "something-else" }),
      "another key": sign("ES256", {}, stranger.privateKey),
      "an unknown key": sign("ES256", {}, stranger.privateKey, "unknown"),
      expired: sign("ES256", { exp: Math.floor(Date.now() / 1_000) - 61 }),
      "not signed": new UnsecuredJWT({ sub: "c", iss: ISSUER, aud: "bank-link" })
        .setExpirationTime("5m")
        .encode(),
      "signed with the public key as a secret": new SignJWT({ sub: "c", iss: ISSUER, aud: "bank-link" })
        .setProtectedHeader({ alg: "HS256", kid: "RS256" })
        .setExpirationTime("5m")
        .sign(new TextEncoder().encode(publicPem)),
    };
    const bodies = new Set<string>();
    for (const [reason, token] of Object.entries(refused)) {
      const { status, body } = await create(await token);
      assert.equal(status, 401, reason);
      bodies.add(JSON.stringify({ ...body, request_id: "" }));
    }
    assert.equal(bodies.size, 1);
  });
});

describe("a key set that cannot be read", () => {
  let down: Edge;
  before(async () => {
    answersWith = 500;
    const { port } = server.address() as AddressInfo;
    down = await startEdge({
      SESSION_JWKS_URL: `http://127.0.0.1:${port}/other-keys`,
      SESSION_ISSUER: ISSUER,
    });
  });
  after(async () => {
    answersWith = 200;
    await down.close();
  });

  test("is answered 503, not unauthorized, while the key set cannot be read", async () => {
    const answer = await down.call<Problem>("POST", "/v1/links", {
      token: await sign("ES256"),
      key: randomUUID(),
      body: {},
    });
    assert.equal(answer.status, 503);
    assert.equal(answer.body.code, "provider_unavailable");
  });
});
