/** Where the session token comes from: the host's function, its endpoint, or a token it handed over. */
import { BankLinkError } from "./errors.ts";
import { SESSION_MARGIN_MS, SESSION_TIMEOUT_MS } from "./limits.ts";

export type GetSession = () => string | Promise<string>;

export interface SessionSettings {
  /** Wins over the others. */
  getSession: GetSession | null;
  /** On the page's own origin; POSTed, answers `{token, expires_at?}`. */
  sessionUrl: string | null;
  session: string | null;
}

interface Entry {
  asked: Promise<string>;
  /** Once it has come. */
  token?: string;
  expiresAtMs: number;
}

// One entry, so one request in flight, for each source and page, however many elements share it.
const entries = new Map<string | GetSession, Entry>();

export function hasSession(settings: SessionSettings): boolean {
  return Boolean(settings.getSession || settings.sessionUrl || settings.session);
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
  const known = entries.get(source);
  if (known && !isStale(known, refused)) return known.asked;
  const entry: Entry = {
    expiresAtMs: Number.POSITIVE_INFINITY,
    asked: ask(source, (answer) => Object.assign(entry, answer)),
  };
  entries.set(source, entry);
  entry.asked.catch(() => entries.get(source) === entry && entries.delete(source));
  return entry.asked;
}

function isStale({ token, expiresAtMs }: Entry, refused: string | undefined): boolean {
  return token !== undefined && (token === refused || expiresAtMs - SESSION_MARGIN_MS <= Date.now());
}

async function ask(
  source: string | GetSession,
  onAnswer: (answer: { token: string; expiresAtMs: number }) => void,
): Promise<string> {
  try {
    // Asked first: if it throws at once, nothing may be left that rejects later with nobody to hear it.
    const asked = typeof source === "string" ? post(source) : source();
    const late = new Promise<never>((_, reject) => setTimeout(reject, SESSION_TIMEOUT_MS));
    const answer = await Promise.race([asked, late]);
    const { token, expires_at } = typeof answer === "string" ? { token: answer } : answer;
    if (!token || typeof token !== "string") throw new TypeError();
    // Without a date it serves until it is refused.
    onAnswer({ token, expiresAtMs: Date.parse(expires_at ?? "") || Number.POSITIVE_INFINITY });
    return token;
  } catch {
    // Whatever the page's own code or server did, it comes to this.
    throw new BankLinkError(navigator.onLine ? "session_unavailable" : "offline");
  }
}

async function post(sessionUrl: string): Promise<{ token?: string; expires_at?: string }> {
  const url = new URL(sessionUrl, document.baseURI);
  // It is called with the customer's cookies, fetch()'s default on its own origin, and what it answers is believed.
  if (url.origin !== location.origin) throw new TypeError();
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  });
  if (!response.ok) throw new TypeError();
  return response.json();
}
