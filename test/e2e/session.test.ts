/** Where the element gets its session from, and which source it does not trust. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cors } from "hono/cors";
import { listen, webApp } from "../simulators/server.ts";
import { withDemo } from "./demo-page.ts";
import { ELEMENT, visitHostPage } from "./host-page.ts";

const open = withDemo();

test("a session URL that leads to another origin is not followed there", async (t) => {
  const requests: string[] = [];
  const app = webApp();
  app.use((c, next) => {
    requests.push(`${c.req.method} ${c.req.path}`);
    return next();
  });
  app.use(cors());
  app.all("*", (c) => c.json({ token: "a stranger's" }));
  const stranger = await listen(app);
  t.after(() => stranger.close());
  const customer = await open.customer();
  const elsewhere = Response.redirect(`${stranger.url}/session`, 307);
  open.demo.host.pages.set("/moved-session", elsewhere);
  const body = ELEMENT.replace("/bank-link-session", "/moved-session");
  await visitHostPage(open.demo, customer.page, { body });
  await customer.click();
  await customer.untilStatus("failed");
  assert.deepEqual(requests, []);
  assert.match(await customer.message(), /session has ended/);
});
