/** Where the element gets its session from, and whom it does not believe. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cors } from "hono/cors";
import { listen, webApp } from "../simulators/server.ts";
import { type DemoBrowser, openDemo } from "./demo-page.ts";
import { ELEMENT, visitHostPage } from "./host-page.ts";

let open: DemoBrowser;
before(async () => {
  open = await openDemo();
});
after(() => open.close());

test("a session URL that leads to another origin is not followed there", async () => {
  const requests: string[] = [];
  const app = webApp();
  app.use((c, next) => {
    requests.push(`${c.req.method} ${c.req.path}`);
    return next();
  });
  app.use(cors());
  app.all("*", (c) => c.json({ token: "a stranger's" }));
  const stranger = await listen(app);
  try {
    const customer = await open.customer();
    const elsewhere = Response.redirect(`${stranger.url}/session`, 307);
    open.demo.host.pages.set("/moved-session", elsewhere);
    const body = ELEMENT.replace("/bank-link-session", "/moved-session");
    await visitHostPage(open.demo, customer.page, { body });
    await customer.click();
    await customer.untilStatus("failed");
    assert.deepEqual(requests, []);
    assert.match(await customer.message(), /session has ended/);
  } finally {
    await stranger.close();
  }
});
