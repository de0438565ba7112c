/** Where the session token comes from: the host's function, its endpoint, or a token it handed over. */
import { BankLinkError, notReached } from "../errors.ts";
import { SESSION_MARGIN_MS, SESSION_TIMEOUT_MS } from "../limits.ts";

export type GetSession = () => string | Promise<string>;

export interface SessionSettings {
  /** Wins over the others. */
  getSession: GetSession | null;
  /** On the page's own origin; POSTed, answers `{token, expires_at?}`. */
  sessionUrl: string | null;
  session: string | null;
}

interface Answer {
  token: string;
  expiresAtMs: number;
}

// One answer, so one request in flight, for each source and page, however many elements share it.
const answers = new Map<string | GetSession, Promise<Answer>>();

/** What its tokens come from, and so whose they are. */
export function sessionSource(settings: SessionSettings): string | GetSession | null {
  return settings.getSession || settings.session || settings.sessionUrl;
}

/**
 * A session token.
 * @param refused a token that the API has just refused, so that another is asked for
 * @throws BankLinkError `session_unavailable`, `offline`
 */
export async function sessionToken(settings: SessionSettings, refused?: string): Promise<string> {
  const { getSession, sessionUrl, session } = settings;
  // A token that was handed over serves until it is refused; then the endpoint, if any, renews it.
  if (!getSession && session && session !== refused) return session;
  const source = getSession ?? sessionUrl;
  if (!source) throw new BankLinkError("session_unavailable");
  const known = answers.get(source);
  const answer = await known?.catch(() => null);
  if (answer && answer.token !== refused && answer.expiresAtMs - SESSION_MARGIN_MS > Date.now()) {
    return answer.token;
  }
  // Another element may have asked meanwhile.
  if (answers.get(source) === known) answers.set(source, ask(source));
  return ((await answers.get(source)) as Answer).token;
}

async function ask(source: string | GetSession): Promise<Answer> {
  try {
    // Asked first: if it throws at once, nothing may be left that rejects later with nobody to hear it.
    const asked = typeof source === "string" ? post(source) : source();
    const late = new Promise<never>((_, reject) => setTimeout(reject, SESSION_TIMEOUT_MS));
    const answer = await Promise.race([asked, late]);
    const { token, expires_at } = typeof answer === "string" ? { token: answer } : answer;
    if (!token || typeof token !== "string") throw new TypeError();
    // Without a date it serves until it is refused.
    return { token, expiresAtMs: Date.parse(expires_at ?? "") || Number.POSITIVE_INFINITY };
  } catch {
    // Whatever the page's own code or server did, it comes to this.
    throw notReached("session_unavailable");
  }
}

async function post(sessionUrl: string): Promise<{ token?: string; expires_at?: string }> {
  const url = new URL(sessionUrl, document.baseURI);
  // It is called with the customer's cookies, fetch()'s default on its own origin, and what it answers is believed: so
  // no redirect may lead elsewhere.
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
