/** One browser: creates a link, lets the customer choose, and ends as its visit says. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Link, ProviderName } from "../../worker/contract.ts";
import type { EdgeAnswer, EdgeClient, EdgeRequest } from "./edge-client.ts";
import type { Entry, Journal } from "./journal.ts";
import { CREATE_TRIES, PATIENCE_MS, WAIT_S } from "./limits.ts";
import type { Visit } from "./plan.ts";
import { findClaimed, type StandIns } from "./stand-ins.ts";

export interface Choice {
  /** Different for each choice, so it identifies the choice that created an account. */
  accountNumber: string;
  publicToken: string;
}

export interface BrowserOptions {
  visit: Visit;
  provider: ProviderName;
  customerId: string;
  edge: EdgeClient;
  standIns: StandIns;
  journal: Journal;
  /** What the customer chose at the bank, recorded before it is sent anywhere. */
  onChosen: (choice: Choice) => void;
  /** The account of a refresh. */
  refreshAccountId: string | null;
}

/** A request, and what the journal says about it. */
interface LoggedRequest extends Pick<Entry, "what" | "choice"> {
  request: EdgeRequest;
}

/** No bank of the stand-ins has them. */
const OTHER_MASK = "9876";
const OTHER_INSTITUTION_ID = "ins_999999";
const RETURN_AFTER_MS = 1_000;

export class Browser {
  readonly #options: BrowserOptions;

  constructor(options: BrowserOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { ending } = this.#options.visit;
    const link = await this.#readyLink();
    if (!link) return;
    const opened = await this.#send({
      what: "POST open",
      request: { method: "POST", path: `${pathOf(link.id)}/open`, body: {} },
    });
    if (opened.kind !== "link" || ending === "leave") return;
    if (ending === "exit" || ending === "exit-then-finalize") await this.#exit(link);
    if (ending === "exit") return;
    await this.#finalize(link);
  }

  /** One key for the whole intent: a link that failed with a retryable problem has released it. */
  async #readyLink(): Promise<Link | null> {
    const { visit, refreshAccountId } = this.#options;
    const create: LoggedRequest = {
      what: "POST links",
      request: {
        method: "POST",
        path: "/v1/links",
        key: randomUUID(),
        body: { reference: visit.id, ...(refreshAccountId && { account_id: refreshAccountId }) },
      },
    };
    if (visit.createAbortedAfterMs !== null) await this.#sendAndAbort(create, visit.createAbortedAfterMs);
    for (let tries = 0; tries < CREATE_TRIES; tries++) {
      const created = await this.#send(create);
      if (created.kind !== "link") return null;
      const link = await this.#waitWhile(created.link, "preparing");
      if (link.status === "ready") return link;
      if (!link.problem?.retryable) return null;
    }
    return null;
  }

  async #exit(link: Link): Promise<void> {
    const body = { status: "requires_credentials", link_session_id: randomUUID() };
    await this.#send({
      what: "POST exit",
      request: { method: "POST", path: `${pathOf(link.id)}/exit`, body },
    });
  }

  async #finalize(link: Link): Promise<void> {
    const { ending, vanishAfterMs } = this.#options.visit;
    const first = this.#choose(link);
    const again = { ...first, request: { ...first.request, key: randomUUID() } };
    switch (ending) {
      case "vanish":
        await this.#sendAndAbort(first, vanishAfterMs);
        break;
      case "vanish-and-return":
        await this.#sendAndAbort(first, vanishAfterMs);
        await delay(RETURN_AFTER_MS);
        // The request may not have reached the API; the page still has what Link returned.
        await this.#finalizeAndWait(first);
        break;
      case "finalize-twice-with-one-key":
        await Promise.all([this.#finalizeAndWait(first), this.#finalizeAndWait(first)]);
        break;
      case "finalize-twice-with-two-keys":
        await Promise.all([this.#finalizeAndWait(first), this.#finalizeAndWait(again)]);
        break;
      case "finalize-two-choices":
        await Promise.all([this.#finalizeAndWait(first), this.#finalizeAndWait(this.#choose(link))]);
        break;
      default:
        await this.#finalizeAndWait(first);
    }
  }

  async #finalizeAndWait(finalize: LoggedRequest): Promise<void> {
    const finalized = await this.#send(finalize);
    if (finalized.kind === "link") await this.#waitWhile(finalized.link, "finalizing", finalize.choice);
  }

  /** What the page posts after Link: a refresh has no choice, a link an account with a number of its own. */
  #choose(link: Link): LoggedRequest {
    const { visit, standIns, onChosen } = this.#options;
    const finalize = (body: object): LoggedRequest => ({
      what: "POST finalize",
      request: { method: "POST", path: `${pathOf(link.id)}/finalize`, key: randomUUID(), body },
    });
    if (link.mode === "refresh") return finalize({ link_session_id: randomUUID() });
    const { publicToken, item } = standIns.plaid.issuePublicToken(
      link.link_token ?? "",
      visit.institutionId,
      ({ subtype }) => subtype === visit.subtype,
    );
    const [account] = item.accounts;
    if (!account) throw new Error(`the bank has no ${visit.subtype} account`);
    const { id, name, mask, type, subtype } = account;
    account.accountNumber += `/${visit.id}/${id.slice(0, 4)}`; // `findClaimed` reads the visit from it
    const choice = account.accountNumber;
    onChosen({ accountNumber: choice, publicToken });
    this.#log({ what: "chose", choice });
    return {
      choice,
      ...finalize({
        public_token: publicToken,
        account: { id, name, mask: visit.contradicts === "mask" ? OTHER_MASK : mask, type, subtype },
        institution: {
          id: visit.contradicts === "institution" ? OTHER_INSTITUTION_ID : item.institution.id,
          name: item.institution.name,
        },
        link_session_id: randomUUID(),
      }),
    };
  }

  /** Polls while the link has this status, as long as a person would wait. */
  async #waitWhile(link: Link, status: Link["status"], choice?: string): Promise<Link> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    let current = link;
    while (current.status === status && Date.now() < deadlineMs) {
      const startedAtMs = Date.now();
      const answer = await this.#send({
        what: "GET link",
        request: { method: "GET", path: pathOf(link.id) },
        ...(choice !== undefined && { choice }),
      });
      if (answer.kind !== "link") break;
      current = answer.link;
      // The API did not hold this answer, so the next poll is delayed here.
      const tooSoon = current.status === status && Date.now() - startedAtMs < WAIT_S * 500;
      if (tooSoon) await delay(1_000);
    }
    return current;
  }

  async #sendAndAbort(logged: LoggedRequest, afterMs: number): Promise<void> {
    const { edge } = this.#options;
    const answer = await edge.send({ ...logged.request, signal: AbortSignal.timeout(afterMs) });
    if (answer.kind !== "unreachable") this.#logAnswer(logged, answer);
    else this.#log({ what: `${logged.what}, aborted after ${afterMs} ms` });
  }

  #send(logged: LoggedRequest): Promise<EdgeAnswer> {
    return this.#options.edge.sendUntilAccepted(logged.request, (answer) => this.#logAnswer(logged, answer));
  }

  #logAnswer({ what, choice }: LoggedRequest, answer: EdgeAnswer): void {
    const about = { what, ...(choice !== undefined && { choice }) };
    switch (answer.kind) {
      case "unreachable":
        this.#log({ ...about, httpStatus: 0 });
        break;
      case "problem":
        this.#log({ ...about, httpStatus: answer.httpStatus, code: answer.problem.code });
        break;
      case "link":
        this.#log({ ...about, httpStatus: answer.httpStatus, ...this.#reportOf(answer.link) });
    }
  }

  #reportOf(link: Link): Partial<Entry> {
    const { id, mode, status, problem } = link;
    const accountId = link.account?.id ?? null;
    return {
      link: { id, mode, status, accountId },
      ...(problem && { code: problem.code }),
      ...(status === "linked" && { wasTrue: this.#isTrue(mode, accountId) }),
    };
  }

  /** A refresh promises that the account works again; a link, that it exists, whatever happens to it later. */
  #isTrue(mode: Link["mode"], accountId: string | null): boolean {
    const { standIns, provider, customerId, visit } = this.#options;
    const held = findClaimed(standIns.held(provider, customerId), accountId, visit.id);
    return (mode === "refresh" ? held?.usable : held?.live) ?? false;
  }

  #log(entry: Pick<Entry, "what"> & Partial<Entry>): void {
    const { journal, provider, customerId, visit } = this.#options;
    journal.add({ to: "browser", provider, customerId, visitId: visit.id, ...entry });
  }
}

function pathOf(linkId: string): string {
  return `/v1/links/${linkId}`;
}
