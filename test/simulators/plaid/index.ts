/** The Plaid Link stand-in: Link's script, its iframe, the bank's own page, and the server behind them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fillPage, json, seeOther, startWebServer, text, type WebAnswer } from "../web-server.ts";
import type { PlaidBackend } from "./backend.ts";
import { institutions } from "./institutions.ts";
import { linkInitialize } from "./link-initialize.ts";
import { LinkSessions, type OAuthState } from "./link-sessions.ts";
import type { LinkScenario } from "./scenario.ts";

export interface PlaidStandIn {
  url: string;
  /** What a page puts where the address of Plaid's own script would be. */
  scriptUrl: string;
  backend: PlaidBackend;
  /** The backend's scenario: what Link does for whoever opens it next. */
  settings: LinkScenario;
  close(): Promise<void>;
}

/** What the iframe sends with a step: each step reads its own. */
interface LinkStepBody {
  link_session_id?: string;
  link_token?: string;
  received_redirect_uri?: string | null;
  institution_id?: string;
  username?: string;
  password?: string;
  code?: string;
  accounts?: number[];
}

const SCRIPT_PATH = "/link/v2/stable/link-initialize.js";

const assets: Record<string, [file: string, type: string]> = {
  "/link/v2/stable/link.css": ["link.css", "text/css"],
  "/link/v2/stable/link.js": ["link.js", "text/javascript"],
  "/link/v2/stable/link-events.js": ["link-events.js", "text/javascript"],
  "/link/v2/stable/messages.js": ["messages.js", "text/javascript"],
  "/link/v2/stable/bank-sign-in.js": ["bank-sign-in.js", "text/javascript"],
  "/bank.css": ["bank.css", "text/css"],
};

export async function startPlaid(options: { backend: PlaidBackend; port?: number }): Promise<PlaidStandIn> {
  const { backend } = options;
  const { scenario } = backend;
  const sessions = new LinkSessions(backend);

  const server = await startWebServer(options.port ?? 0, async ({ route, url, body }) => {
    const asset = route.startsWith("GET ") && assets[url.pathname];
    if (asset) return text(200, asset[1], await file(asset[0]));
    switch (route) {
      case `GET ${SCRIPT_PATH}`:
        return text(200, "text/javascript", await linkInitialize());
      case "GET /link/v2/stable/link.html":
        return text(200, "text/html", fillPage(await file("link.html"), { setup: linkSetup(scenario) }));
      case "GET /oauth/begin":
        return beginInPopup(sessions, url);
      case "GET /oauth/authorize":
        return bankPage(sessions.oauthState(url.searchParams.get("oauth_state_id") ?? ""));
      case "POST /oauth/decide":
        return bankDecision(sessions, new URLSearchParams(body));
    }
    if (!route.startsWith("POST /link/")) return json(404, { error: "not found" });
    if (scenario.responseDelayMs > 0) await delay(scenario.responseDelayMs);
    return linkStep(sessions, url, JSON.parse(body));
  });

  return {
    url: server.url,
    scriptUrl: `${server.url}${SCRIPT_PATH}`,
    backend,
    settings: scenario,
    close: server.close,
  };
}

function linkStep(sessions: LinkSessions, url: URL, body: LinkStepBody): WebAnswer {
  const session = body.link_session_id ?? "";
  switch (url.pathname) {
    case "/link/start":
      return json(200, sessions.start(body.link_token ?? "", body.received_redirect_uri ?? null));
    case "/link/institution":
      return json(200, sessions.selectInstitution(session, body.institution_id ?? ""));
    case "/link/sign-in":
      return json(200, sessions.signIn(session, body.username ?? "", body.password ?? ""));
    case "/link/code":
      return json(200, sessions.submitCode(session, body.code ?? ""));
    case "/link/oauth/redirect": {
      const begun = sessions.startOAuth(session, "redirect");
      return json(200, "pane" in begun ? begun : { url: `${url.origin}${bankPath(begun)}` });
    }
    case "/link/oauth/poll":
      return json(200, sessions.pollOAuth(session));
    case "/link/finish":
      return json(200, sessions.finish(session, body.accounts ?? []));
    default:
      return json(404, { error: "not found" });
  }
}

/** The pop-up comes here by itself: Link cannot steer a window that an opener policy has cut off from it. */
function beginInPopup(sessions: LinkSessions, url: URL): WebAnswer {
  const begun = sessions.startOAuth(url.searchParams.get("link_session_id") ?? "", "popup");
  return "pane" in begun ? text(410, "text/plain", "You can close this window.") : seeOther(bankPath(begun));
}

function bankPath(state: OAuthState): string {
  return `/oauth/authorize?oauth_state_id=${state.id}`;
}

async function bankPage(state: OAuthState | undefined): Promise<WebAnswer> {
  if (!state) return text(404, "text/plain", "This sign-in is not known.");
  const values = { bank: state.institution.name, state: state.id };
  return text(200, "text/html", fillPage(await file("bank.html"), values));
}

async function bankDecision(sessions: LinkSessions, form: URLSearchParams): Promise<WebAnswer> {
  const state = sessions.oauthState(form.get("oauth_state_id") ?? "");
  if (!state) return text(404, "text/plain", "This sign-in is not known.");
  const returnTo = sessions.decideOAuth(state, form.get("decision") === "allow");
  return returnTo ? seeOther(returnTo) : text(200, "text/html", await file("bank-closed.html"));
}

function linkSetup(scenario: LinkScenario): string {
  return JSON.stringify({
    ...scenario,
    institutions: institutions.map(({ id, name, oauth, listed }) => ({ id, name, oauth, listed })),
  });
}

function file(name: string): Promise<string> {
  return readFile(join(import.meta.dirname, "browser", name), "utf8");
}
