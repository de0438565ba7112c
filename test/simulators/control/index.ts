/** The control page of the stand-ins and its JSON API, for this machine only. */
import { join } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import type { Context, Next } from "hono";
import { HTTPException } from "hono/http-exception";
import { listen, type Server, webApp } from "../server.ts";
import { addCustomer, changeAccount, changeCustomer, expireTokens, runLink } from "./actions.ts";
import { addFault, clearFaults, listFaults } from "./faults.ts";
import { submitForm } from "./forms.ts";
import { calls, clearCalls, held } from "./held.ts";
import { controlPage } from "./page.ts";
import { changeSettings, resetSettings, settingsOf } from "./settings.ts";
import type { StandIns } from "./stand-ins.ts";

const OWN_NAMES = new Set(["localhost", "127.0.0.1"]);

export function startControl(standIns: StandIns, port = 0): Promise<Server> {
  const app = webApp();
  app.use(onlyThisMachine);
  app.onError((cause, c) => {
    if (!(cause instanceof HTTPException)) return c.json({ error: String(cause) }, 500);
    if (!isForm(c)) return c.json({ error: cause.message }, cause.status);
    return c.html(controlPage(standIns, cause.message), cause.status);
  });

  app.get("/", (c) => c.html(controlPage(standIns)));
  app.get("/base.css", serveStatic({ path: join(import.meta.dirname, "../base.css") }));
  app.get("/control.css", serveStatic({ path: join(import.meta.dirname, "browser/control.css") }));
  app.post("/forms/:name", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    return c.redirect(`/#${submitForm(standIns, c.req.param("name"), form)}`, 303);
  });

  app.get("/held", (c) => c.json(held(standIns)));
  app.get("/settings", (c) => c.json(settingsOf(standIns)));
  app.put("/settings", async (c) => {
    changeSettings(standIns, await jsonBody(c));
    return c.json(settingsOf(standIns));
  });
  app.delete("/settings", (c) => {
    resetSettings(standIns);
    return c.json(settingsOf(standIns));
  });
  app.get("/faults", (c) => c.json(listFaults(standIns)));
  app.post("/faults", async (c) => {
    addFault(standIns, await jsonBody(c));
    return c.json(listFaults(standIns), 201);
  });
  app.delete("/faults", (c) => {
    clearFaults(standIns);
    return c.json(listFaults(standIns));
  });
  app.get("/calls", (c) => c.json(calls(standIns, c.req.query())));
  app.delete("/calls", (c) => {
    clearCalls(standIns);
    return c.json([]);
  });
  app.post("/customers", async (c) => c.json(addCustomer(standIns, await jsonBody(c)), 201));
  app.put("/customers/:guid", async (c) => {
    changeCustomer(standIns, c.req.param("guid"), await jsonBody(c));
    return c.json({});
  });
  app.put("/accounts/:guid", async (c) => {
    changeAccount(standIns, c.req.param("guid"), await jsonBody(c));
    return c.json({});
  });
  app.post("/expire", async (c) => {
    expireTokens(standIns, await jsonBody(c));
    return c.json({});
  });
  app.post("/link", async (c) => c.json(runLink(standIns, await jsonBody(c))));

  return listen(app, port);
}

/**
 * Any site can send a browser here: with a form of its own, which the Origin header shows, or under a host name of
 * its own that resolves to this machine, which the Host header shows.
 */
async function onlyThisMachine(c: Context, next: Next): Promise<void> {
  const { origin, hostname } = new URL(c.req.url);
  const isForeign = (c.req.header("origin") ?? origin) !== origin;
  if (isForeign || !OWN_NAMES.has(hostname)) {
    throw new HTTPException(403, { message: "only this machine may control the stand-ins" });
  }
  await next();
}

function isForm({ req }: Context): boolean {
  return req.method === "POST" && req.path.startsWith("/forms/");
}

async function jsonBody({ req }: Context): Promise<unknown> {
  try {
    return await req.json();
  } catch {
    throw new HTTPException(400, { message: "the body is not JSON" });
  }
}
