/**
 * What Plaid's own servers know about customers who have Link open: the step of each, and the pending sign-ins
 * at a bank's own page. It is kept here, not in the browser, so that a customer who returns from the bank in
 * another browser continues where they were.
 */
import { randomUUID } from "node:crypto";
import type { Item, LinkTokenRecord, PlaidBackend } from "./backend.ts";
import { type Institution, institutions } from "./institutions.ts";
import { type LinkError, linkError } from "./link-errors.ts";
import { type LinkSuccess, successMetadata } from "./link-success.ts";

/** One screen of Link, with everything that it shows. */
export interface Screen {
  pane: "consent" | "credentials" | "code" | "oauth" | "accounts" | "connected" | "error";
  link_session_id: string;
  request_id: string;
  institution: { institution_id: string; name: string } | null;
  update: boolean;
  error?: LinkError;
  /** By their index in the bank's list: an account gets its id only with its item. */
  accounts?: { index: number; name: string; mask: string | null; subtype: string }[];
  success?: LinkSuccess;
}

type ScreenContent = Partial<Screen> & Pick<Screen, "pane">;

interface LinkSession {
  id: string;
  record: LinkTokenRecord;
  institution: Institution | undefined;
  signedIn: boolean;
  failedSignIns: number;
  lastActiveMs: number;
  /** The latest sign-in at the bank's own page. */
  oauthState: OAuthState | undefined;
}

export interface OAuthState {
  id: string;
  session: LinkSession;
  institution: Institution;
  mode: "popup" | "redirect";
  status: "waiting" | "allowed" | "denied" | "processed";
}

const IDLE_SESSION_MS = 30 * 60_000;
const FAILED_SIGN_INS_MAX = 5;
const SANDBOX_CODE = "1234";

class LinkFailure extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export class LinkSessions {
  readonly #backend: PlaidBackend;
  readonly #now: () => number;
  readonly #sessions = new Map<string, LinkSession>();
  readonly #oauthStates = new Map<string, OAuthState>();

  constructor(backend: PlaidBackend, now: () => number = Date.now) {
    this.#backend = backend;
    this.#now = now;
  }

  start(linkToken: string, receivedRedirectUri: string | null): Screen {
    const session: LinkSession = {
      id: randomUUID(),
      record: { customerId: "", linkToken, expiresAtMs: 0 },
      institution: undefined,
      signedIn: false,
      failedSignIns: 0,
      lastActiveMs: this.#now(),
      oauthState: undefined,
    };
    return this.#screen(session, () => {
      const record = this.#backend.linkToken(linkToken);
      if (!record) throw new LinkFailure("INVALID_LINK_TOKEN");
      session.record = record;
      if (receivedRedirectUri !== null) return this.#resume(session, receivedRedirectUri);
      this.#sessions.set(session.id, session);
      if (!record.updateItemId) return { pane: "consent" };
      session.institution = this.#backend.item(record.updateItemId)?.institution;
      return { pane: session.institution?.oauth ? "oauth" : "credentials" };
    });
  }

  selectInstitution(sessionId: string, institutionId: string): Screen {
    return this.#continue(sessionId, (session) => {
      session.institution = institutions.find(({ id }) => id === institutionId);
      if (session.institution?.health === "down") throw new LinkFailure("INSTITUTION_DOWN");
      return { pane: session.institution?.oauth ? "oauth" : "credentials" };
    });
  }

  signIn(sessionId: string, username: string, password: string): Screen {
    return this.#continue(sessionId, (session) => {
      const forced = /^error_(\w+)$/.exec(password)?.[1];
      if (forced && forced !== "INVALID_CREDENTIALS") throw new LinkFailure(forced);
      if (username === "user_good" && password === "mfa_device") return { pane: "code" };
      if (username === "user_good" && password === "pass_good") return this.#signedIn(session);
      session.failedSignIns += 1;
      if (session.failedSignIns >= FAILED_SIGN_INS_MAX) {
        this.#backend.expireLinkToken(session.record.linkToken);
        throw new LinkFailure("INVALID_LINK_TOKEN");
      }
      return { pane: "credentials", error: this.#error("INVALID_CREDENTIALS") };
    });
  }

  submitCode(sessionId: string, code: string): Screen {
    return this.#continue(sessionId, (session) =>
      code === SANDBOX_CODE ? this.#signedIn(session) : { pane: "code", error: this.#error("INVALID_MFA") },
    );
  }

  /** The customer leaves for the bank's own page. */
  startOAuth(sessionId: string, requested: "popup" | "redirect"): OAuthState | Screen {
    let begun: OAuthState | undefined;
    const screen = this.#continue(sessionId, (session) => {
      if (!session.institution) throw new LinkFailure("INTERNAL_SERVER_ERROR");
      const preferred = session.institution.appToApp ? "redirect" : requested;
      const mode = session.record.redirectUri ? preferred : "popup";
      begun = { id: randomUUID(), session, institution: session.institution, mode, status: "waiting" };
      session.oauthState = begun;
      this.#oauthStates.set(begun.id, begun);
      return { pane: "oauth" };
    });
    return begun ?? screen;
  }

  oauthState(id: string): OAuthState | undefined {
    return this.#oauthStates.get(id);
  }

  /** The decision at the bank; the URL to return to, unless Link waits in another window. */
  decideOAuth(state: OAuthState, allowed: boolean): string | null {
    if (state.status === "waiting") state.status = allowed ? "allowed" : "denied";
    if (state.mode === "popup" || !state.session.record.redirectUri) return null;
    const url = new URL(state.session.record.redirectUri);
    url.searchParams.set("oauth_state_id", state.id);
    return url.href;
  }

  /** Link's own window polls for the outcome of the pop-up. */
  pollOAuth(sessionId: string): Screen | { waiting: true } {
    let waiting = false;
    const screen = this.#continue(sessionId, (session) => {
      const state = session.oauthState;
      // After a redirect the page returned to continues, even if the one that started it is still open.
      waiting = !state || state.mode === "redirect" || state.status === "waiting";
      return waiting || !state ? { pane: "oauth" } : this.#afterBank(session, state);
    });
    return waiting ? { waiting: true } : screen;
  }

  finish(sessionId: string, indexes: number[]): Screen {
    return this.#continue(sessionId, (session) => {
      const { institution, record } = session;
      if (!institution || !session.signedIn) throw new LinkFailure("INTERNAL_SERVER_ERROR");
      const chosen = new Set(indexes.map((index) => institution.accounts[index]?.accountNumber));
      const { publicToken, item } = this.#backend.issuePublicToken(
        record.linkToken,
        institution.id,
        (account) => chosen.has(account.accountNumber),
      );
      return this.#connected(session, item, publicToken);
    });
  }

  #resume(session: LinkSession, receivedRedirectUri: string): ScreenContent {
    const url = new URL(receivedRedirectUri);
    const state = this.#oauthStates.get(url.searchParams.get("oauth_state_id") ?? "");
    url.searchParams.delete("oauth_state_id");
    if (url.search || url.hash || url.href !== session.record.redirectUri)
      throw new LinkFailure("INVALID_FIELD");
    if (!state) throw new LinkFailure("OAUTH_STATE_ID_NOT_FOUND");
    if (state.session.record.linkToken !== session.record.linkToken) {
      throw new LinkFailure("INCORRECT_LINK_TOKEN");
    }
    session.id = state.session.id;
    session.institution = state.institution;
    this.#sessions.set(session.id, session);
    return this.#afterBank(session, state);
  }

  #afterBank(session: LinkSession, state: OAuthState): ScreenContent {
    if (state.status === "processed") throw new LinkFailure("OAUTH_STATE_ID_ALREADY_PROCESSED");
    const allowed = state.status === "allowed";
    state.status = "processed";
    return allowed ? this.#signedIn(session) : { pane: "oauth" };
  }

  #signedIn(session: LinkSession): ScreenContent {
    session.signedIn = true;
    const { updateItemId } = session.record;
    if (updateItemId) return this.#connected(session, this.#backend.renewItem(updateItemId), null);
    const accounts = (session.institution?.accounts ?? []).map(({ name, mask, subtype }, index) => ({
      index,
      name,
      mask,
      subtype,
    }));
    return { pane: "accounts", accounts };
  }

  #connected(session: LinkSession, item: Item, publicToken: string | null): ScreenContent {
    return {
      pane: "connected",
      success: successMetadata(item, publicToken, session.id, this.#backend.scenario),
    };
  }

  #continue(sessionId: string, act: (session: LinkSession) => ScreenContent): Screen {
    const session = this.#sessions.get(sessionId);
    if (!session) throw new Error(`no such Link session: ${sessionId}`);
    return this.#screen(session, () => {
      const idle = this.#now() - session.lastActiveMs > IDLE_SESSION_MS;
      if (idle || !this.#backend.linkToken(session.record.linkToken))
        throw new LinkFailure("INVALID_LINK_TOKEN");
      session.lastActiveMs = this.#now();
      return act(session);
    });
  }

  #screen(session: LinkSession, act: () => ScreenContent): Screen {
    let content: ScreenContent;
    try {
      content = act();
    } catch (failure) {
      if (!(failure instanceof LinkFailure)) throw failure;
      content = { pane: "error", error: this.#error(failure.code) };
    }
    const { institution } = session;
    return {
      link_session_id: session.id,
      request_id: randomUUID().slice(0, 15).replaceAll("-", ""),
      institution: institution ? { institution_id: institution.id, name: institution.name } : null,
      update: session.record.updateItemId !== undefined,
      ...content,
    };
  }

  #error(code: string): LinkError {
    return linkError(code, this.#backend.scenario.displayMessage);
  }
}
