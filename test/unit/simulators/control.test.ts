import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { faultKinds } from "../../simulators/control/faults.ts";
import { readPorts } from "../../simulators/ports.ts";
import { startStandIns } from "../../simulators/start-stand-ins.ts";
import { linkWorkflow } from "./cybrid-client.ts";

const CREATE_WORKFLOW = "POST /api/workflows";

async function setUp(t: TestContext) {
  const standIns = await startStandIns({ control: 0, cybrid: 0, lynx: 0, plaid: 0 });
  t.after(() => standIns.close());
  const { control, cybrid } = standIns;

  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(control.url + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the operation answers
    return { status: response.status, body: (await response.json()) as any };
  };
  const submit = (form: string, fields: Record<string, string>) =>
    fetch(`${control.url}/forms/${form}`, {
      method: "POST",
      body: new URLSearchParams(fields),
      redirect: "manual",
    });
  const accessToken = async (): Promise<string> => {
    const { clientId, clientSecret, grantedScopes } = cybrid.settings;
    const response = await fetch(`${cybrid.url}/oauth/token`, {
      method: "POST",
      body: JSON.stringify({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: clientSecret,
        scope: grantedScopes.join(" "),
      }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const cybridCall = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${await accessToken()}` };
    const response = await fetch(cybrid.url + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: as above
    return { status: response.status, body: (await response.json()) as any };
  };
  return { ...standIns, send, submit, cybridCall };
}

describe("the stand-ins' control API", () => {
  it("links an account from a new customer to a settled account, without a browser", async (t) => {
    const { send, cybridCall } = await setUp(t);
    const quick = { cybrid: { workflowMs: 0, tokenLagMs: 0, accountMs: 0 } };
    assert.equal((await send("PUT", "/settings", quick)).status, 200);
    const { guid } = (await send("POST", "/customers", { type: "individual" })).body;
    const workflow = await cybridCall("POST", "/api/workflows", linkWorkflow(guid));
    const { plaid_link_token } = (await cybridCall("GET", `/api/workflows/${workflow.body.guid}`)).body;
    const { public_token, metadata } = (await send("POST", "/link", { link_token: plaid_link_token })).body;
    const account = await cybridCall("POST", "/api/external_bank_accounts", {
      name: "First Platypus Bank - Plaid Checking",
      account_kind: "plaid",
      customer_guid: guid,
      asset: "USD",
      plaid_public_token: public_token,
      plaid_account_id: metadata.accounts[0].id,
    });
    assert.equal(account.status, 201);
    const held = (await send("GET", "/held")).body;
    assert.deepEqual(
      [held.cybrid.customers[0].guid, held.cybrid.workflows[0].state, held.cybrid.accounts[0].state],
      [guid, "completed", "completed"],
    );
    const everything = JSON.stringify([held, (await send("GET", "/calls")).body]);
    for (const token of [plaid_link_token, public_token]) assert.ok(!everything.includes(token));
    assert.ok(!everything.includes("cybrid-client-secret"));
  });

  it("changes settings in part, rejects an unknown one with the whole request, and resets everything", async (t) => {
    const { send, cybrid, plaid } = await setUp(t);
    await send("PUT", "/settings", { scenario: { oauth: "redirect" }, cybrid: { accountMs: 5 } });
    assert.deepEqual([plaid.settings.oauth, cybrid.settings.accountMs], ["redirect", 5]);
    for (const wrong of [
      { cybrid: { accountMs: 7, nothing: 1 } },
      { cybrid: { accountMs: "7" } },
      { scenario: { oauth: "carrier pigeon" } },
      { elsewhere: {} },
    ]) {
      assert.equal((await send("PUT", "/settings", wrong)).status, 400);
    }
    assert.equal(cybrid.settings.accountMs, 5);
    await send("PUT", "/settings", { scenario: { displayMessage: null } });
    assert.equal(plaid.settings.displayMessage, null);
    await send("DELETE", "/settings");
    assert.deepEqual(
      [plaid.settings.oauth, plaid.settings.displayMessage, cybrid.settings.accountMs],
      ["popup", undefined, 300],
    );
  });

  it("adds a fault for one customer of one route, lists it, and clears it", async (t) => {
    const { send, cybrid, cybridCall } = await setUp(t);
    const [one, other] = [
      cybrid.addCustomer({ type: "individual" }),
      cybrid.addCustomer({ type: "individual" }),
    ];
    const fault = { kind: "status", status: 503 };
    const added = { provider: "cybrid", route: CREATE_WORKFLOW, fault, customer: one, times: 2 };
    assert.equal((await send("POST", "/faults", added)).status, 201);
    assert.equal((await cybridCall("POST", "/api/workflows", linkWorkflow(other))).status, 201);
    assert.equal((await cybridCall("POST", "/api/workflows", linkWorkflow(one))).status, 503);
    const [listed] = (await send("GET", "/faults")).body;
    assert.deepEqual([listed.route, listed.times_left, listed.customer], [CREATE_WORKFLOW, 1, one]);
    const [call] = (await send("GET", `/calls?route=${encodeURIComponent(CREATE_WORKFLOW)}&customer=${one}`))
      .body;
    assert.deepEqual([call.status, call.worked, call.fault], [503, false, "status:503"]);
    await send("DELETE", "/faults");
    assert.equal((await cybridCall("POST", "/api/workflows", linkWorkflow(one))).status, 201);
  });

  it("rejects faults for unknown routes and of unknown kinds", async (t) => {
    const { send } = await setUp(t);
    const fault = { kind: "drop", work: "done" };
    for (const wrong of [
      { provider: "cybrid", route: "POST /elsewhere", fault },
      { provider: "cybrid", fault: { kind: "earthquake" } },
      { provider: "cybrid", fault: { kind: "drop" } },
      { provider: "plaid", fault },
    ]) {
      assert.equal((await send("POST", "/faults", wrong)).status, 400);
    }
    assert.deepEqual((await send("GET", "/faults")).body, []);
  });

  it("forces states, and expires tokens", async (t) => {
    const { send, cybrid, plaid, cybridCall } = await setUp(t);
    const guid = cybrid.addCustomer({ type: "business" });
    await send("PUT", `/customers/${guid}`, { state: "frozen" });
    assert.equal(cybrid.customers()[0]?.state, "frozen");
    assert.equal((await send("PUT", "/accounts/unknown", { state: "failed" })).status, 404);
    const { linkToken } = plaid.backend.createLinkToken({ customerId: guid });
    const { publicToken, item } = plaid.backend.issuePublicToken(linkToken, "ins_109508");
    const { body } = await cybridCall("POST", "/api/external_bank_accounts", {
      name: "A",
      account_kind: "plaid",
      customer_guid: guid,
      asset: "USD",
      plaid_public_token: publicToken,
      plaid_account_id: item.accounts[0]?.id,
    });
    await send("PUT", `/accounts/${body.guid}`, { state: "failed", failure_code: "duplicate" });
    assert.deepEqual(
      cybrid.accounts().map(({ state, failureCode }) => [state, failureCode]),
      [["failed", "duplicate"]],
    );
    await send("POST", "/expire", { tokens: "link" });
    assert.equal(plaid.backend.linkToken(linkToken), undefined);
    assert.equal((await send("POST", "/link", { link_token: linkToken })).status, 400);
  });

  it("accepts requests of this machine's own pages and commands only", async (t) => {
    const { send, control } = await setUp(t);
    const foreign = { origin: "https://evil.example" };
    assert.equal((await send("DELETE", "/faults", undefined, foreign)).status, 403);
    assert.equal((await send("DELETE", "/faults", undefined, { origin: control.url })).status, 200);
    assert.equal((await send("DELETE", "/faults")).status, 200);
  });
});

describe("the stand-ins' control page", () => {
  it("works with plain forms, without any script or external URL", async (t) => {
    const { control, submit } = await setUp(t);
    assert.equal((await submit("customer", { type: "business", state: "verified", guid: "" })).status, 303);
    const page = await (await fetch(control.url)).text();
    assert.doesNotMatch(page, /<script|\son\w+=|https:/);
    assert.match(page, /business/);
  });

  it("switches all protections off together", async (t) => {
    const { submit, cybrid, lynx, plaid } = await setUp(t);
    await submit("protections", { all: "off" });
    assert.deepEqual(
      [
        plaid.backend.settings.singleUsePublicTokens,
        cybrid.settings.duplicateDetection,
        lynx.settings.duplicateDetection,
      ],
      [false, false, false],
    );
  });

  it("says what is wrong with a form, and changes nothing", async (t) => {
    const { submit, cybrid } = await setUp(t);
    const answer = await submit("cybrid", { accountMs: "soon", workflowMs: "1" });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /role="alert"/);
    assert.equal(cybrid.settings.workflowMs, 300);
  });

  it("reads back every setting as it shows it", async (t) => {
    const { send, submit, control } = await setUp(t);
    const before = (await send("GET", "/settings")).body;
    const page = await (await fetch(control.url)).text();
    for (const part of ["scenario", "plaid", "cybrid", "lynx"]) {
      const form = page.slice(page.indexOf(`action="/forms/${part}"`));
      const inputs = form.slice(0, form.indexOf("</form>"));
      const fields: Record<string, string> = {};
      for (const [, name = "", value = ""] of inputs.matchAll(/<input name="(\w+)" value="([^"]*)"/g)) {
        fields[name] = value;
      }
      for (const [, name = "", options = ""] of inputs.matchAll(/<select name="(\w+)">(.*?)<\/select>/gs)) {
        fields[name] = /<option selected>([^<]*)/.exec(options)?.[1] ?? "";
      }
      assert.equal((await submit(part, fields)).status, 303);
    }
    assert.deepEqual((await send("GET", "/settings")).body, before);
  });

  it("can add every kind of fault", async (t) => {
    const { send, submit } = await setUp(t);
    for (const kind of [...faultKinds, "html-page"]) {
      const answer = await submit("fault", {
        target: "lynx *",
        kind,
        amount: "503",
        work: "done",
        times: "1",
      });
      assert.equal(answer.status, 303, kind);
    }
    assert.equal((await send("GET", "/faults")).body.length, faultKinds.length + 1);
  });
});

describe("the stand-ins' ports", () => {
  it("have defaults", () => {
    assert.deepEqual(readPorts(""), { control: 5180, cybrid: 5181, lynx: 5182, plaid: 5183 });
    assert.deepEqual(readPorts("cybrid=6181, lynx=0"), {
      control: 5180,
      cybrid: 6181,
      lynx: 0,
      plaid: 5183,
    });
  });

  it("are rejected when they name no stand-in or no port", () => {
    assert.throws(() => readPorts("cyrbid=1"), /no stand-in is called "cyrbid"/);
    assert.throws(() => readPorts("cybrid=high"), /names no port/);
  });
});
