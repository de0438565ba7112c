import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkPage } from "../../../../worker/doctor/cli/check-page.ts";
import { policiesInMarkup } from "../../../../worker/doctor/cli/read-page.ts";

const url = new URL("https://shop.example.com/bank");
const api = new URL("https://link.example.com");

/** The needs that these policies do not meet. */
function unmet(policies: string[], environment: "sandbox" | "production" | null = "sandbox"): string[] {
  return checkPage({ url, policies, api, environment })
    .filter(({ result }) => result === "failed")
    .map(({ id, detail }) => {
      assert.notEqual(detail, "");
      return id;
    });
}

const GOOD = [
  "default-src 'self'",
  "script-src 'self' https://cdn.plaid.com/link/v2/stable/ https://link.example.com",
  "frame-src https://cdn.plaid.com",
  "connect-src 'self' https://sandbox.plaid.com https://link.example.com",
  "style-src 'self' 'unsafe-inline'",
].join("; ");

describe("a page's policy is enough", () => {
  test("when there is none", () => assert.deepEqual(unmet([]), []));
  test("when it names what is needed", () => assert.deepEqual(unmet([GOOD]), []));
  test("when it uses nonces for scripts, and allows inline styles", () => {
    const policy = [
      "default-src 'none'",
      "script-src 'nonce-r4nd0m' 'strict-dynamic'",
      "frame-src https:",
      "connect-src https:",
      "style-src 'self' 'unsafe-inline'",
      "trusted-types bank-link lit-html",
    ].join(";");
    assert.deepEqual(unmet([policy]), []);
  });
  test("when it restricts other things only", () => assert.deepEqual(unmet(["frame-ancestors 'none'"]), []));
});

describe("a page's policy falls short", () => {
  const without = (directive: string) =>
    GOOD.split("; ")
      .filter((part) => !part.startsWith(directive))
      .join("; ");
  const cases: Record<string, [policies: string[], unmet: string[]]> = {
    "where everything but itself is forbidden": [
      ["default-src 'self'"],
      [
        "page.script.plaid",
        "page.script.bank_link",
        "page.frame",
        "page.connect.plaid",
        "page.connect.api",
        "page.style.elements",
        "page.style.attributes",
      ],
    ],
    "without scripts": [[without("script-src")], ["page.script.plaid", "page.script.bank_link"]],
    "without the frame": [[without("frame-src")], ["page.frame"]],
    "without calls": [[without("connect-src")], ["page.connect.plaid", "page.connect.api"]],
    "where a nonce cancels inline styles": [
      [`${without("style-src")}; style-src 'unsafe-inline' 'nonce-r4nd0m'`],
      ["page.style.elements", "page.style.attributes"],
    ],
    "where style sheets need a nonce, and only style attributes are free": [
      [`${without("style-src")}; style-src 'self' 'nonce-r4nd0m'; style-src-attr 'unsafe-inline'`],
      ["page.style.elements"],
    ],
    "where strict-dynamic cancels addresses": [
      [
        `${without("script-src")}; script-src 'strict-dynamic' https://cdn.plaid.com https://link.example.com 'sha256-x'`,
      ],
      ["page.script.plaid", "page.script.bank_link"],
    ],
    "where its Trusted Types are named without ours": [
      [`${GOOD}; trusted-types default`],
      ["page.trusted_types"],
    ],
    "where a second policy is stricter": [[GOOD, "frame-src 'none'"], ["page.frame"]],
    "where one header holds two policies": [[`${GOOD}, frame-src 'none'`], ["page.frame"]],
  };
  for (const [name, [policies, expected]] of Object.entries(cases)) {
    test(name, () => assert.deepEqual(unmet(policies), expected));
  }
  test("when it allows the sandbox alone, in production", () => {
    assert.deepEqual(unmet([GOOD], "production"), ["page.connect.plaid"]);
  });
});

test("sources are matched as browsers match them", () => {
  const frame = (source: string) => unmet([`frame-src ${source}`]).length === 0;
  for (const source of [
    "*",
    "https:",
    "http:",
    "cdn.plaid.com",
    "*.plaid.com",
    "https://cdn.plaid.com:443",
    "*:*",
  ]) {
    assert.ok(frame(source), source);
  }
  for (const source of [
    "'self'",
    "'none'",
    "plaid.com",
    "*.cdn.plaid.com",
    "https://cdn.plaid.com:8443",
    "data:",
    "''",
  ]) {
    assert.ok(!frame(source), source);
  }
});

test("policies are found in meta elements, whatever their form", () => {
  const markup = `<!-- <meta http-equiv="Content-Security-Policy" content="a"> -->
    <META content='frame-src &#39;self&#39;' http-equiv=content-security-policy>
    <meta name="x" content="http-equiv='Content-Security-Policy'">
    <meta http-equiv="Content-Security-Policy" content="script-src 'self'; img-src *">`;
  assert.deepEqual(policiesInMarkup(markup), ["frame-src 'self'", "script-src 'self'; img-src *"]);
});
