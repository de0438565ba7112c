/** The control page of the stand-ins and its JSON API, for this machine only. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { json, seeOther, startWebServer, text, type WebAnswer, type WebRequest } from "../web-server.ts";
import { addCustomer, changeAccount, changeCustomer, expireTokens, runLink } from "./actions.ts";
import { clearFaults, orderedFaults, orderFault } from "./fault-orders.ts";
import { submitForm } from "./forms.ts";
import { calls, forgetCalls, held } from "./held.ts";
import { controlPage } from "./page.ts";
import { changeSettings, resetSettings, settingsOf } from "./settings.ts";
import { ControlError, type Steered } from "./steered.ts";

export interface Control {
  url: string;
  close(): Promise<void>;
}

const OWN_NAMES = new Set(["localhost", "127.0.0.1"]);

export function startControl(steered: Steered, port = 0): Promise<Control> {
  return startWebServer(port, async (request) => {
    try {
      refuseStrangers(request);
      return await respond(steered, request);
    } catch (cause) {
      if (!(cause instanceof ControlError)) throw cause;
      if (!request.route.startsWith("POST /forms/")) return json(cause.status, { error: cause.message });
      return text(cause.status, "text/html", controlPage(steered, cause.message));
    }
  });
}

async function respond(steered: Steered, request: WebRequest): Promise<WebAnswer> {
  const query = request.url.searchParams;
  switch (request.route) {
    case "GET /":
      return text(200, "text/html", controlPage(steered));
    case "GET /look.css":
      return styleSheet("../look.css");
    case "GET /control.css":
      return styleSheet("browser/control.css");
    case "GET /held":
      return json(200, held(steered));
    case "GET /settings":
      return json(200, settingsOf(steered));
    case "PUT /settings":
      changeSettings(steered, bodyOf(request));
      return json(200, settingsOf(steered));
    case "DELETE /settings":
      resetSettings(steered);
      return json(200, settingsOf(steered));
    case "GET /faults":
      return json(200, orderedFaults(steered));
    case "POST /faults":
      orderFault(steered, bodyOf(request));
      return json(201, orderedFaults(steered));
    case "DELETE /faults":
      clearFaults(steered);
      return json(200, orderedFaults(steered));
    case "GET /calls": {
      const [provider, route, customer] = [query.get("provider"), query.get("route"), query.get("customer")];
      return json(200, calls(steered, { provider, route, customer }));
    }
    case "DELETE /calls":
      forgetCalls(steered);
      return json(200, []);
    case "POST /customers":
      return json(201, addCustomer(steered, bodyOf(request)));
    case "POST /expire":
      expireTokens(steered, bodyOf(request));
      return json(200, {});
    case "POST /link":
      return json(200, runLink(steered, bodyOf(request)));
  }
  const [method, , collection, id = ""] = request.route.split(/[ /]/);
  switch (`${method} ${collection}`) {
    case "PUT customers":
      changeCustomer(steered, id, bodyOf(request));
      return json(200, {});
    case "PUT accounts":
      changeAccount(steered, id, bodyOf(request));
      return json(200, {});
    case "POST forms":
      return seeOther(`/#${submitForm(steered, id, new URLSearchParams(request.body))}`);
  }
  throw new ControlError("not found", 404);
}

/**
 * Any site can send a browser here: by a form of its own, which the origin tells, or under a name of its own that
 * leads to this machine, which the host tells.
 */
function refuseStrangers({ url, headers }: WebRequest): void {
  const foreign = headers.origin !== undefined && headers.origin !== url.origin;
  if (foreign || !OWN_NAMES.has(url.hostname)) throw new ControlError("only this machine may steer", 403);
}

function bodyOf({ body }: WebRequest): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ControlError("the body is no JSON");
  }
}

async function styleSheet(path: string): Promise<WebAnswer> {
  return text(200, "text/css", await readFile(join(import.meta.dirname, path), "utf8"));
}
