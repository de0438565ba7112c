/** The Plaid Link stand-in: Link's script, its iframe, the bank's own page, and the server behind them. */
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { serveStatic } from "@hono/node-server/serve-static";
import { type Context, Hono } from "hono";
import { fillPage } from "../page-template.ts";
import { listen, type Server, webApp } from "../server.ts";
import type { PlaidBackend } from "./backend.ts";
import { institutions } from "./institutions.ts";
import { linkInitialize } from "./link-initialize.ts";
import { LinkSessions, type OAuthState } from "./link-sessions.ts";
import type { LinkScenario } from "./scenario.ts";

export interface PlaidStandIn extends Server {
  /** What a page uses in place of the URL of Plaid's own script. */
  scriptUrl: string;
  backend: PlaidBackend;
  /** The backend's scenario: how Link behaves the next time it is opened. */
  settings: LinkScenario;
}

/** What the iframe sends with a step: each step reads its own. */
interface LinkStep {
  link_session_id: string;
  link_token: string | null;
  received_redirect_uri: string | null;
  institution_id: string;
  username: string;
  password: string;
  code: string;
  accounts: number[];
}

const PAGES = join(import.meta.dirname, "browser");
const SCRIPT_PATH = "/link/v2/stable/link-initialize.js";

export async function startPlaid(options: { backend: PlaidBackend; port?: number }): Promise<PlaidStandIn> {
  const { backend } = options;
  const { scenario } = backend;
  const sessions = new LinkSessions(backend);

  const app = webApp();
  const page = (name: string, values: Record<string, string> = {}) => fillPage(join(PAGES, name), values);
  const file = serveStatic({ root: PAGES, rewriteRequestPath: (path) => basename(path) });
  app.get("/link/v2/stable/link.html", async (c) =>
    c.html(await page("link.html", { setup: linkSetup(scenario) })),
  );
  app.get(SCRIPT_PATH, async (c) =>
    c.body(await linkInitialize(), 200, { "Content-Type": "text/javascript" }),
  );
  app.get("/link/v2/stable/:file{.+\\.(?:js|css)}", file);
  app.get("/bank.css", file);
  app.route("/link", linkSteps(sessions, scenario));

  // The pop-up opens this URL itself: Link cannot navigate a window that an opener policy has cut off from it.
  app.get("/oauth/begin", (c) => {
    const begun = sessions.startOAuth(c.req.query("link_session_id") ?? "", "popup");
    return "pane" in begun ? c.text("You can close this window.", 410) : c.redirect(bankPath(begun), 303);
  });
  app.get("/oauth/authorize", async (c) => {
    const state = sessions.oauthState(c.req.query("oauth_state_id") ?? "");
    if (!state) return unknownSignIn(c);
    return c.html(await page("bank.html", { bank: state.institution.name, state: state.id }));
  });
  app.post("/oauth/decide", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const state = sessions.oauthState(form.get("oauth_state_id") ?? "");
    if (!state) return unknownSignIn(c);
    const returnTo = sessions.decideOAuth(state, form.get("decision") === "allow");
    return returnTo ? c.redirect(returnTo, 303) : c.html(await page("bank-closed.html"));
  });

  const server = await listen(app, options.port);
  return { ...server, scriptUrl: server.url + SCRIPT_PATH, backend, settings: scenario };
}

/** Each step answers the screen that Link shows next. */
function linkSteps(sessions: LinkSessions, scenario: LinkScenario): Hono {
  const step = (c: Context) => c.req.json<LinkStep>();
  return new Hono()
    .post("*", async (_, next) => {
      if (scenario.responseDelayMs > 0) await delay(scenario.responseDelayMs);
      await next();
    })
    .post("/start", async (c) => {
      const { link_token, received_redirect_uri } = await step(c);
      return c.json(sessions.start(link_token ?? "", received_redirect_uri));
    })
    .post("/institution", async (c) => {
      const { link_session_id, institution_id } = await step(c);
      return c.json(sessions.selectInstitution(link_session_id, institution_id));
    })
    .post("/sign-in", async (c) => {
      const { link_session_id, username, password } = await step(c);
      return c.json(sessions.signIn(link_session_id, username, password));
    })
    .post("/code", async (c) => {
      const { link_session_id, code } = await step(c);
      return c.json(sessions.submitCode(link_session_id, code));
    })
    .post("/oauth/redirect", async (c) => {
      const begun = sessions.startOAuth((await step(c)).link_session_id, "redirect");
      return c.json("pane" in begun ? begun : { url: new URL(bankPath(begun), c.req.url).href });
    })
    .post("/oauth/poll", async (c) => c.json(sessions.pollOAuth((await step(c)).link_session_id)))
    .post("/finish", async (c) => {
      const { link_session_id, accounts } = await step(c);
      return c.json(sessions.finish(link_session_id, accounts));
    });
}

function bankPath(state: OAuthState): string {
  return `/oauth/authorize?oauth_state_id=${state.id}`;
}

function unknownSignIn(c: Context): Response {
  return c.text("This sign-in is not known.", 404);
}

function linkSetup(scenario: LinkScenario): string {
  return JSON.stringify({
    ...scenario,
    institutions: institutions.map(({ id, name, oauth, listed }) => ({ id, name, oauth, listed })),
  });
}
