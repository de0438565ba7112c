/** Where the element gets its session from, and whom it does not believe. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { json, startWebServer } from "../simulators/web-server.ts";
import { type DemoBrowser, openDemo } from "./demo-page.ts";
import { ELEMENT, visitHostPage } from "./host-page.ts";

let open: DemoBrowser;
before(async () => {
  open = await openDemo();
});
after(() => open.close());

test("a session URL that leads to another origin is not followed there", async () => {
  const asked: string[] = [];
  const stranger = await startWebServer(0, async ({ route, headers }) => {
    asked.push(route);
    const answer = json(200, { token: "a stranger's" });
    const cors = {
      "Access-Control-Allow-Origin": headers.origin ?? "*",
      "Access-Control-Allow-Headers": "content-type",
    };
    return { ...answer, headers: { ...answer.headers, ...cors } };
  });
  try {
    const customer = await open.customer();
    const elsewhere = { status: 307, headers: { Location: `${stranger.url}/session` }, body: "" };
    open.demo.host.pages.set("/moved-session", elsewhere);
    const body = ELEMENT.replace("/bank-link-session", "/moved-session");
    await visitHostPage(open.demo, customer.page, { body });
    await customer.click();
    await customer.untilStatus("failed");
    assert.deepEqual(asked, []);
    assert.match(await customer.message(), /session has ended/);
  } finally {
    await stranger.close();
  }
});
