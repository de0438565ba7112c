/** The demo's own server: it knows who is signed in, and mints bank-link sessions for them. */
import { join } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import { getCookie, setCookie } from "hono/cookie";
import { fillPage } from "../../simulators/page-template.ts";
import { listen, type Server, webApp } from "../../simulators/server.ts";
import { type Customer, SignIns } from "./sign-ins.ts";
import { Webhooks } from "./webhooks.ts";
import { WorkerApi } from "./worker-api.ts";

export type { Customer, Provider } from "./sign-ins.ts";

export interface HostOptions {
  /** 0, or left out: a free one. */
  port?: number;
  workerUrl: string;
  apiKey: string;
  plaidScriptUrl: string;
  customers: Customer[];
  /** Empty: webhooks are rejected. */
  webhookSecret: string;
  /** The stand-ins' control page, which the demo's page links to. Left out: there are no stand-ins. */
  controlUrl?: string;
  /** Makes the provider forget the customer's consent, as a bank does after some months. */
  expireConnection?: (connection: { customer: Customer; accountId: string }) => Promise<void>;
}

export interface Host extends Server {
  /** More of its pages and scripts, by path: a test's own, with headers of their own. */
  pages: Map<string, Response>;
}

const COOKIE = "demo_session";
const BROWSER = join(import.meta.dirname, "browser");

export async function startHost(options: HostOptions): Promise<Host> {
  const worker = new WorkerApi(options.workerUrl, options.apiKey);
  const signIns = new SignIns(options.customers);
  const webhooks = new Webhooks(options.webhookSecret);
  const pages = new Map<string, Response>();
  const app = webApp<{ Variables: { customer: Customer } }>();

  app.get("/base.css", serveStatic({ path: join(import.meta.dirname, "../../simulators/base.css") }));
  app.get("/page.css", serveStatic({ root: BROWSER }));
  app.get("/page.js", serveStatic({ root: BROWSER }));
  app.get("/", async (c) => {
    const known = getCookie(c, COOKIE);
    const { session, customer } = signIns.enter(known, c.req.query("provider"));
    if (session !== known) setCookie(c, COOKIE, session, { httpOnly: true, sameSite: "Lax" });
    const setup = {
      customer: customer.label,
      customers: signIns.labels(customer.provider),
      provider: customer.provider,
      providers: signIns.providers,
      standIns: options.controlUrl !== undefined,
      expirable: options.expireConnection !== undefined && customer.provider === "cybrid",
      ...(await worker.accounts(customer)),
    };
    const page = await fillPage(join(BROWSER, "page.html"), {
      workerUrl: options.workerUrl,
      plaidScriptUrl: options.plaidScriptUrl,
      controlUrl: options.controlUrl ?? "",
      setup: JSON.stringify(setup),
    });
    return c.html(page);
  });
  app.post("/webhooks", async (c) => {
    const isVerified = webhooks.receive(await c.req.text(), c.req.header());
    return c.json({}, isVerified ? 200 : 401);
  });
  app.use(async (c, next) => pages.get(c.req.path)?.clone() ?? next());

  app.use(async (c, next) => {
    const customer = signIns.customer(getCookie(c, COOKIE));
    if (!customer) return c.json({ error: "nobody is signed in" }, 401);
    c.set("customer", customer);
    return next();
  });
  app.get("/accounts", async (c) => c.json(await worker.accounts(c.var.customer)));
  app.get("/webhooks", (c) => c.json(webhooks.of(c.var.customer)));

  // The cookie is SameSite=Lax; beyond that, only the demo's own pages may act for the customer.
  app.use(async (c, next) => {
    if (c.req.header("origin") !== new URL(c.req.url).origin) return c.json({ error: "wrong origin" }, 403);
    return next();
  });
  app.post("/bank-link-session", async (c) =>
    c.json(await worker.createSession(c.var.customer, new URL(c.req.url).origin)),
  );
  app.post("/customer", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    signIns.switchTo(form.get("label") ?? "", getCookie(c, COOKIE));
    return c.redirect("/", 303);
  });
  app.post("/sweep", async (c) => {
    await worker.sweep();
    return c.json({});
  });
  app.post("/expire-connection", async (c) => {
    const { account_id: accountId } = await c.req.json<{ account_id: string }>();
    await options.expireConnection?.({ customer: c.var.customer, accountId });
    return c.json({});
  });

  return { ...(await listen(app, options.port)), pages };
}
