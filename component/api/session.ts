/** Gets the session token from the page's function, its endpoint, or the property that it has set. */
import { BankLinkError, unreachable } from "../errors.ts";
import { SESSION_MARGIN_MS, SESSION_TIMEOUT_MS } from "../limits.ts";

/** Returns a session token for the customer who is signed in. */
export type GetSession = () => string | Promise<string>;

export interface SessionSettings {
  /** Wins over the others. */
  getSession: GetSession | null;
  /** On the page's own origin; POSTed, answers `{token, expires_at?}`. */
  sessionUrl: string | null;
  session: string | null;
}

interface Session {
  token: string;
  expiresAtMs: number;
}

// One session, and so one request in flight, for each source, however many elements of the page share it.
const sessions = new Map<string | GetSession, Promise<Session>>();

/** Where the tokens come from: another source may mean another customer. */
export function sessionSource(settings: SessionSettings): string | GetSession | null {
  return settings.getSession || settings.session || settings.sessionUrl;
}

/**
 * A session token.
 * @param rejected a token that the API has just rejected, so that another one is fetched
 * @throws BankLinkError `session_unavailable`, `offline`
 */
export async function sessionToken(settings: SessionSettings, rejected?: string): Promise<string> {
  const { getSession, sessionUrl, session } = settings;
  // A token that the page set is used until it is rejected; then the endpoint, if any, renews it.
  if (!getSession && session && session !== rejected) return session;
  const source = getSession ?? sessionUrl;
  if (!source) throw new BankLinkError("session_unavailable");
  const known = sessions.get(source);
  const cached = await known?.catch(() => null);
  if (cached && cached.token !== rejected && cached.expiresAtMs - SESSION_MARGIN_MS > Date.now()) {
    return cached.token;
  }
  // Another element may have fetched one meanwhile.
  const latest = sessions.get(source);
  const renewed = latest && latest !== known ? latest : fetchSession(source);
  sessions.set(source, renewed);
  return (await renewed).token;
}

async function fetchSession(source: string | GetSession): Promise<Session> {
  try {
    // Called before the timer starts: if it throws at once, no promise is left that rejects unhandled.
    const asked = typeof source === "string" ? post(source) : source();
    const timeout = new Promise<never>((_, reject) => setTimeout(reject, SESSION_TIMEOUT_MS));
    const answer = await Promise.race([asked, timeout]);
    const { token, expires_at } = typeof answer === "string" ? { token: answer } : answer;
    if (!token || typeof token !== "string") throw new TypeError();
    // Without a date the token is used until it is rejected.
    return { token, expiresAtMs: Date.parse(String(expires_at)) || Number.POSITIVE_INFINITY };
  } catch {
    // Anything that the page's own code or server does wrong is this one error.
    throw unreachable("session_unavailable");
  }
}

async function post(sessionUrl: string): Promise<{ token?: string; expires_at?: string }> {
  const url = new URL(sessionUrl, document.baseURI);
  // fetch() sends the customer's cookies to the page's own origin, and the answer is trusted: so neither the URL nor a
  // redirect may lead to another origin.
  if (url.origin !== location.origin) throw new TypeError();
  const response = await fetch(url, {
    method: "POST",
    mode: "same-origin",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  });
  if (!response.ok) throw new TypeError();
  return response.json();
}
