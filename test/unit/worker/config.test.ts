import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import {
  ConfigError,
  type ConfigVariables,
  parseConfig,
  resolveProvider,
  variableNames,
} from "../../../worker/config.ts";
import { VERSION } from "../../../worker/version.ts";

const good = {
  PROVIDERS: "cybrid",
  ENVIRONMENT: "sandbox",
  ALLOWED_ORIGINS: "https://a.example, https://b.example",
  REDIRECT_URIS: "https://a.example/bank",
  SESSION_SECRET: "a-secret-of-at-least-32-bytes-------",
  API_KEYS: "a-key-of-16-characters",
  CYBRID_CLIENT_ID: "id",
  CYBRID_CLIENT_SECRET: "secret",
};
const lynx = {
  LYNX_CLIENT_ID: "id",
  LYNX_CLIENT_SECRET: "secret",
  LYNX_CLIENT_ORG: "org",
  LYNX_LINK_TOKEN_PATH: "/token",
  LYNX_LINK_VERIFIED_PATH: "/verified",
};

describe("a good configuration", () => {
  test("finds the provider's hosts by the environment", () => {
    assert.equal(parseConfig(good).cybrid?.apiUrl, "https://bank.sandbox.cybrid.app");
    const production = parseConfig({ ...good, ...lynx, PROVIDERS: "cybrid,lynx", ENVIRONMENT: "production" });
    assert.equal(production.cybrid?.identityUrl, "https://id.production.cybrid.app");
    assert.equal(production.lynx?.apiUrl, "https://prod.lynx-fh.co");
  });

  test("has lists, and an empty variable counts as absent", () => {
    const config = parseConfig({ ...good, CYBRID_ASSET: "" });
    assert.deepEqual([...config.allowedOrigins], ["https://a.example", "https://b.example"]);
    assert.equal(config.cybrid?.asset, "USD");
  });

  test("names a link customization, or one for each language", () => {
    const one = parseConfig({ ...good, CYBRID_LINK_CUSTOMIZATION: "mine" }).cybrid?.linkCustomization;
    assert.deepEqual(one, { default: "mine" });
    const each = parseConfig({ ...good, CYBRID_LINK_CUSTOMIZATION: "es=spanish, fr=french" }).cybrid;
    assert.deepEqual(each?.linkCustomization, { default: "default", es: "spanish", fr: "french" });
  });
});

test("every variable is read", () => {
  const config = parseConfig({
    PROVIDERS: "cybrid, lynx",
    ENVIRONMENT: "production",
    ALLOWED_ORIGINS: "https://a.example",
    REDIRECT_URIS: "https://a.example/bank,https://a.example/other",
    SESSION_AUDIENCE: "our-links",
    SESSION_CUSTOMER_CLAIM: "uid",
    SESSION_JWKS_URL: "https://id.example/keys",
    SESSION_ISSUER: "https://id.example/",
    SESSION_SECRET: `${good.SESSION_SECRET},another-${good.SESSION_SECRET}`,
    API_KEYS: "a-key-of-16-characters,b-key-of-16-characters",
    CYBRID_API_URL: "https://cybrid.example/",
    CYBRID_IDENTITY_URL: "https://id.cybrid.example",
    CYBRID_CLIENT_ID: "cybrid-id",
    CYBRID_CLIENT_SECRET: "cybrid-secret",
    CYBRID_LINK_CUSTOMIZATION: "ours",
    CYBRID_ASSET: "CAD",
    CYBRID_VERIFY_OWNERSHIP: "true",
    CYBRID_VERIFY_REFRESH: "true",
    LYNX_API_URL: "https://lynx.example",
    LYNX_CLIENT_ID: "lynx-id",
    LYNX_CLIENT_SECRET: "lynx-secret",
    LYNX_CLIENT_ORG: "org",
    LYNX_LINK_TOKEN_PATH: "/token",
    LYNX_LINK_VERIFIED_PATH: "/verified",
    LYNX_ACCOUNTS_PATH: "/accounts",
    LYNX_LINK_TOKEN_MINUTES: "45",
    WEBHOOK_URL: "https://a.example/webhooks",
    WEBHOOK_SECRET: "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz,ZZEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
    UPSTREAM_TIMEOUT_SECONDS: "7",
  } satisfies Required<ConfigVariables>);
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.deepEqual(config, {
    environment: "production",
    providers: ["cybrid", "lynx"],
    cybrid: {
      apiUrl: "https://cybrid.example",
      identityUrl: "https://id.cybrid.example",
      clientId: "cybrid-id",
      clientSecret: "cybrid-secret",
      linkCustomization: { default: "ours" },
      asset: "CAD",
      verifyOwnership: true,
      verifyRefresh: true,
    },
    lynx: {
      apiUrl: "https://lynx.example",
      clientId: "lynx-id",
      clientSecret: "lynx-secret",
      clientOrg: "org",
      linkTokenPath: "/token",
      linkVerifiedPath: "/verified",
      accountsPath: "/accounts",
      linkTokenLifeMs: 45 * 60_000,
    },
    allowedOrigins: new Set(["https://a.example"]),
    redirectUris: ["https://a.example/bank", "https://a.example/other"],
    session: {
      audience: "our-links",
      customerClaim: "uid",
      secrets: [bytes(good.SESSION_SECRET), bytes(`another-${good.SESSION_SECRET}`)],
      jwks: { url: new URL("https://id.example/keys"), issuer: "https://id.example/" },
    },
    apiKeys: ["a-key-of-16-characters", "b-key-of-16-characters"],
    webhook: {
      url: "https://a.example/webhooks",
      secrets: ["whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", "ZZEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"],
    },
    upstreamTimeoutMs: 7_000,
  });
});

describe("a bad configuration names the variable, and never a value", () => {
  const cases: Record<string, object> = {
    PROVIDERS: { PROVIDERS: "another" },
    ENVIRONMENT: { ENVIRONMENT: "staging" },
    ALLOWED_ORIGINS: { ALLOWED_ORIGINS: "https://a.example/path" },
    REDIRECT_URIS: { REDIRECT_URIS: "not-a-url" },
    SESSION_SECRET: { SESSION_SECRET: "too-short" },
    API_KEYS: { API_KEYS: "short" },
    CYBRID_CLIENT_SECRET: { CYBRID_CLIENT_SECRET: undefined },
    LYNX_LINK_TOKEN_PATH: { ...lynx, PROVIDERS: "lynx", LYNX_LINK_TOKEN_PATH: undefined },
    CYBRID_API_URL: { CYBRID_API_URL: "https://bank.production.cybrid.app" },
    LYNX_API_URL: { ...lynx, ENVIRONMENT: "production", LYNX_API_URL: "https://sandbox.lynx-fh.co" },
    SESSION_ISSUER: { SESSION_JWKS_URL: "https://issuer.example/keys" },
  };
  for (const [variable, change] of Object.entries(cases)) {
    test(variable, () => {
      assert.throws(
        () => parseConfig({ ...good, ...change }),
        (error) => {
          assert.ok(error instanceof ConfigError);
          assert.deepEqual(
            error.faults.map((fault) => fault.variable),
            [variable],
          );
          return !error.message.includes("too-short");
        },
      );
    });
  }

  test("every fault at once, of single variables and of combinations", () => {
    const bad = {
      PROVIDERS: "cybrid,lynx",
      ENVIRONMENT: "production",
      CYBRID_IDENTITY_URL: "https://id.sandbox.cybrid.app",
      CYBRID_VERIFY_REFRESH: "yes",
      LYNX_API_URL: "http://lynx.example",
      LYNX_LINK_TOKEN_PATH: "no-slash",
      LYNX_LINK_TOKEN_MINUTES: "0.5",
      SESSION_SECRET: " , ",
      WEBHOOK_URL: "not-a-url",
    };
    assert.throws(
      () => parseConfig(bad),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(
          error.faults.map(({ variable, reason }) => `${variable} ${reason}`),
          [
            "WEBHOOK_URL must be an http(s) URL",
            "CYBRID_CLIENT_ID is needed while PROVIDERS names cybrid",
            "CYBRID_CLIENT_SECRET is needed while PROVIDERS names cybrid",
            "CYBRID_VERIFY_REFRESH must be true or false",
            "LYNX_CLIENT_ID is needed while PROVIDERS names lynx",
            "LYNX_CLIENT_SECRET is needed while PROVIDERS names lynx",
            "LYNX_CLIENT_ORG is needed while PROVIDERS names lynx",
            "LYNX_LINK_TOKEN_PATH must be a path that starts with /",
            "LYNX_LINK_VERIFIED_PATH is needed while PROVIDERS names lynx",
            "LYNX_LINK_TOKEN_MINUTES must be a whole number from 1 to 240",
            "REDIRECT_URIS is needed while PROVIDERS names lynx",
            "SESSION_SECRET or SESSION_JWKS_URL is needed",
            "WEBHOOK_SECRET and WEBHOOK_URL are needed together",
            "CYBRID_IDENTITY_URL contradicts ENVIRONMENT",
            "LYNX_API_URL must be https in production",
          ],
        );
        return true;
      },
    );
  });

  const unfit: Record<string, [variables: object, fault: RegExp]> = {
    "a page without TLS": [{ ALLOWED_ORIGINS: "http://shop.example.com" }, /ALLOWED_ORIGINS: must be https/],
    "a page on this machine": [
      { ALLOWED_ORIGINS: "http://localhost:5173" },
      /ALLOWED_ORIGINS: must be https/,
    ],
    "a redirect URI without TLS": [
      { REDIRECT_URIS: "http://shop.example.com/bank" },
      /REDIRECT_URIS: must be https/,
    ],
    "a redirect URI with a fragment": [
      { REDIRECT_URIS: "https://shop.example.com/#bank" },
      /REDIRECT_URIS: .*fragment/,
    ],
    "a URL with a password": [
      { WEBHOOK_URL: "https://a:b@shop.example.com/hook" },
      /WEBHOOK_URL: .*password/,
    ],
    "a key that signs sessions too": [{ API_KEYS: good.SESSION_SECRET }, /API_KEYS: must not repeat/],
    "a key twice": [{ API_KEYS: `${good.API_KEYS},${good.API_KEYS}` }, /API_KEYS: must not repeat/],
    "a secret that can be guessed": [{ SESSION_SECRET: "secret".repeat(8) }, /SESSION_SECRET: is too easily/],
  };
  for (const [what, [variables, fault]] of Object.entries(unfit)) {
    test(`${what}, in production`, () => {
      assert.throws(() => parseConfig({ ...good, ENVIRONMENT: "production", ...variables }), fault);
    });
  }

  test("a third secret, since two are enough for rotation", () => {
    const three = Array.from({ length: 3 }, () => good.SESSION_SECRET).join();
    assert.throws(() => parseConfig({ ...good, SESSION_SECRET: three }), /SESSION_SECRET/);
  });

  test("no session key at all", () => {
    assert.throws(() => parseConfig({ ...good, SESSION_SECRET: "" }), /SESSION_SECRET/);
  });
});

test("README.md describes every variable, and none that does not exist", () => {
  const [, configuration = ""] = readFileSync("README.md", "utf8").split("## Configuration");
  const [tables = ""] = configuration.split("\n## ");
  const described = [...tables.matchAll(/^\| (`[^|]+)\|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name = ""]) => name),
  );
  assert.deepEqual(described.sort(), [...variableNames].sort());
});

test("a request is for the provider that it names, if that is configured, else for the only one", () => {
  assert.equal(resolveProvider({ providers: ["cybrid"] }), "cybrid");
  assert.equal(resolveProvider({ providers: ["cybrid"] }, "lynx"), null);
  assert.equal(resolveProvider({ providers: ["cybrid", "lynx"] }), null);
  assert.equal(resolveProvider({ providers: ["cybrid", "lynx"] }, "lynx"), "lynx");
});

test("the version in /healthz is the package's", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.equal(VERSION, version);
});
