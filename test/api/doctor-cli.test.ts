/** `npm run doctor` against the real Worker: what it prints, and its exit code. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { listen, type Server, webApp } from "../simulators/server.ts";
import { API_KEY, type Edge, startEdge } from "./edge.ts";

let edge: Edge;
let pages: Server;
before(async () => {
  edge = await startEdge();
  const app = webApp();
  app.all("*", (c) => {
    const policy = c.req.query("csp");
    if (policy) c.header("Content-Security-Policy", policy);
    return c.html("<!doctype html><title>Bank</title>");
  });
  pages = await listen(app);
});
after(async () => {
  await pages.close();
  await edge.close();
});

async function doctor(args: string[], env: Record<string, string> = { BANK_LINK_API_KEY: API_KEY }) {
  const child = spawn(process.execPath, ["worker/doctor/cli/main.ts", ...args], {
    env: { PATH: process.env.PATH, BANK_LINK_URL: edge.url.href, ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const exitCode = await new Promise((resolve) => child.on("close", resolve));
  assert.ok(!output.includes(API_KEY), "the key is printed");
  return { output, exitCode };
}

test("a good deployment exits with 0, and each item has its mark", async () => {
  const { output, exitCode } = await doctor([]);
  assert.equal(exitCode, 0, output);
  assert.match(output, /^✓ Cybrid issues an access token$/m);
  assert.match(output, /^\? Lynx 2: .+\n {4}Register /m);
  assert.match(output, /\d+ ✓ {2}0 ✗ {2}\d+ \?\n$/);
});

test("url and key are taken from the command line too", async () => {
  const { output, exitCode } = await doctor(["--url", edge.url.href, "--key", API_KEY], {
    BANK_LINK_URL: "http://localhost:1",
  });
  assert.equal(exitCode, 0, output);
});

test("a wrong key exits with 1 and says so", async () => {
  const { output, exitCode } = await doctor([], { BANK_LINK_API_KEY: "another-key-0123456789" });
  assert.equal(exitCode, 1);
  assert.match(output, /✗ .+\n {4}The key was rejected/);
  assert.doesNotMatch(output, /another-key/);
});

test("invalid arguments exit with 1 and print the usage, not themselves", async () => {
  for (const args of [["a-key-in-the-wrong-place"], ["--url", "a-key-in-the-wrong-place"], ["--surprise"]]) {
    const { output, exitCode } = await doctor(args);
    assert.equal(exitCode, 1);
    assert.match(output, /^npm run doctor -- /);
    assert.doesNotMatch(output, /wrong-place/);
  }
});

test("a URL without a Worker exits with 1", async () => {
  const { output, exitCode } = await doctor(["--url", "http://localhost:1"]);
  assert.equal(exitCode, 1);
  assert.match(output, /Check --url/);
});

test("a URL of another server exits with 1", async () => {
  const { output, exitCode } = await doctor(["--url", pages.url]);
  assert.equal(exitCode, 1);
  assert.match(output, /is not from bank-link/);
});

test("a customer gets a real link token", async () => {
  const customerId = edge.cybrid.addCustomer({ type: "individual" });
  const { output, exitCode } = await doctor(["--customer", customerId, "--provider", "cybrid"]);
  assert.equal(exitCode, 0, output);
  assert.match(output, /✓ A link token for redirect URI 1/);
  assert.equal(edge.cybrid.workflows(customerId).length, 1);
});

test("a page without a policy passes; one that blocks Plaid's frame does not", async () => {
  assert.equal((await doctor(["--page", pages.url])).exitCode, 0);
  const strict = `${pages.url}/?csp=${encodeURIComponent("frame-src 'none'")}`;
  const { output, exitCode } = await doctor(["--page", strict]);
  assert.equal(exitCode, 1);
  assert.match(output, /✗ The page may show Plaid's frame\n {4}Add https:\/\/cdn\.plaid\.com to frame-src/);
});
