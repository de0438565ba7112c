/** One simulated browser: creates a link, lets the customer choose, and ends as its visit says. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Link, ProviderName } from "../../worker/contract.ts";
import type { EdgeAnswer, EdgeClient, EdgeRequest } from "./edge-client.ts";
import type { Entry, Journal } from "./journal.ts";
import { CREATE_TRIES, PATIENCE_MS, WAIT_S } from "./limits.ts";
import type { Visit } from "./plan.ts";
import type { StandIns } from "./stand-ins.ts";

export interface Choice {
  /** The bank's own, and here no other choice's: it tells what made an account. */
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
  /** What the customer chose at the bank, noted before anyone is told of it. */
  onChosen: (choice: Choice) => void;
  /** The account of a refresh. */
  refreshAccountId: string | null;
}

/** A request, and what the journal says of it. */
interface Asking extends Pick<Entry, "what" | "choice"> {
  request: EdgeRequest;
}

const BACK_IN_ANOTHER_TAB_MS = 1_000;

export class Browser {
  readonly #options: BrowserOptions;

  constructor(options: BrowserOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { ending } = this.#options.visit;
    const link = await this.#readyLink();
    if (!link) return;
    const opened = await this.#ask({
      what: "POST open",
      request: { method: "POST", path: `${pathOf(link.id)}/open`, body: {} },
    });
    if (opened.kind !== "link" || ending === "leave") return;
    if (ending === "exit" || ending === "exit-then-finalize") await this.#exit(link);
    if (ending === "exit") return;
    await this.#finalize(link);
  }

  /** One key for the whole intent: a link that failed for now has released it. */
  async #readyLink(): Promise<Link | null> {
    const { visit, refreshAccountId } = this.#options;
    const create: Asking = {
      what: "POST links",
      request: {
        method: "POST",
        path: "/v1/links",
        key: randomUUID(),
        body: { reference: visit.id, ...(refreshAccountId && { account_id: refreshAccountId }) },
      },
    };
    if (visit.createBrokenOffAfterMs !== null) await this.#brokenOff(create, visit.createBrokenOffAfterMs);
    for (let tries = 0; tries < CREATE_TRIES; tries++) {
      const created = await this.#ask(create);
      if (created.kind !== "link") return null;
      const link = await this.#awaited(created.link, "preparing");
      if (link.status === "ready") return link;
      if (!link.problem?.retryable) return null;
    }
    return null;
  }

  async #exit(link: Link): Promise<void> {
    const body = { status: "requires_credentials", link_session_id: randomUUID() };
    await this.#ask({
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
        await this.#brokenOff(first, vanishAfterMs);
        break;
      case "vanish-and-return":
        await this.#brokenOff(first, vanishAfterMs);
        await delay(BACK_IN_ANOTHER_TAB_MS);
        // The request may never have arrived; the page still has what Link gave it.
        await this.#toTheEnd(first);
        break;
      case "finalize-twice-with-one-key":
        await Promise.all([this.#toTheEnd(first), this.#toTheEnd(first)]);
        break;
      case "finalize-twice-with-two-keys":
        await Promise.all([this.#toTheEnd(first), this.#toTheEnd(again)]);
        break;
      case "finalize-two-choices":
        await Promise.all([this.#toTheEnd(first), this.#toTheEnd(this.#choose(link))]);
        break;
      default:
        await this.#toTheEnd(first);
    }
  }

  async #toTheEnd(finalize: Asking): Promise<void> {
    const finalized = await this.#ask(finalize);
    if (finalized.kind === "link") await this.#awaited(finalized.link, "finalizing", finalize.choice);
  }

  /** What the page posts once Link is done: a refresh chooses nothing, a link an account of a number of its own. */
  #choose(link: Link): Asking {
    const { visit, standIns, onChosen } = this.#options;
    const asking = (body: object): Asking => ({
      what: "POST finalize",
      request: { method: "POST", path: `${pathOf(link.id)}/finalize`, key: randomUUID(), body },
    });
    if (link.mode === "refresh") return asking({ link_session_id: randomUUID() });
    const { publicToken, item } = standIns.plaid.issuePublicToken(
      link.link_token ?? "",
      visit.institutionId,
      ({ subtype }) => subtype === visit.subtype,
    );
    const [account] = item.accounts;
    if (!account) throw new Error(`the bank has no ${visit.subtype} account`);
    const { id, name, mask, type, subtype } = account;
    account.accountNumber += `/${visit.id}/${id.slice(0, 4)}`;
    const choice = account.accountNumber;
    onChosen({ accountNumber: choice, publicToken });
    this.#note({ what: "chose", choice });
    return {
      choice,
      ...asking({
        public_token: publicToken,
        account: { id, name, mask, type, subtype },
        institution: { id: item.institution.id, name: item.institution.name },
        link_session_id: randomUUID(),
      }),
    };
  }

  /** Holds on while the link has this status, as long as a person would. */
  async #awaited(link: Link, status: Link["status"], choice?: string): Promise<Link> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    let current = link;
    while (current.status === status && Date.now() < deadlineMs) {
      const startedAtMs = Date.now();
      const answer = await this.#ask({
        what: "GET link",
        request: { method: "GET", path: pathOf(link.id) },
        ...(choice !== undefined && { choice }),
      });
      if (answer.kind !== "link") break;
      current = answer.link;
      // An answer that came at once was not held: the next question waits.
      const tooSoon = current.status === status && Date.now() - startedAtMs < WAIT_S * 500;
      if (tooSoon) await delay(1_000);
    }
    return current;
  }

  async #brokenOff(asking: Asking, afterMs: number): Promise<void> {
    const { edge } = this.#options;
    const answer = await edge.once({ ...asking.request, signal: AbortSignal.timeout(afterMs) });
    // An answer that came in time was read; else nobody heard it.
    if (answer.kind !== "unreachable") this.#heard(asking, answer);
    else this.#note({ what: `${asking.what}, broken off after ${afterMs} ms` });
  }

  #ask(asking: Asking): Promise<EdgeAnswer> {
    return this.#options.edge.untilTaken(asking.request, (answer) => this.#heard(asking, answer));
  }

  #heard({ what, choice }: Asking, answer: EdgeAnswer): void {
    const about = { what, ...(choice !== undefined && { choice }) };
    switch (answer.kind) {
      case "unreachable":
        this.#note({ ...about, httpStatus: 0 });
        break;
      case "problem":
        this.#note({ ...about, httpStatus: answer.httpStatus, code: answer.problem.code });
        break;
      case "link":
        this.#note({ ...about, httpStatus: answer.httpStatus, ...this.#sayingOf(answer.link) });
    }
  }

  #sayingOf(link: Link): Partial<Entry> {
    const { id: linkId, mode, status, problem } = link;
    const accountId = link.account?.id ?? null;
    return {
      said: { linkId, mode, status, accountId },
      ...(problem && { code: problem.code }),
      ...(status === "linked" && { trueWhenTold: this.#isTrue(mode, accountId) }),
    };
  }

  /** A refresh promises that the account works again; a link, that it is there, whatever happens to it later. */
  #isTrue(mode: Link["mode"], accountId: string | null): boolean {
    const { standIns, provider, customerId } = this.#options;
    const held = standIns.held(provider, customerId).find(({ id }) => id === accountId);
    return (mode === "refresh" ? held?.usable : held?.live) ?? false;
  }

  #note(entry: Pick<Entry, "what"> & Partial<Entry>): void {
    const { journal, provider, customerId, visit } = this.#options;
    journal.add({ to: "browser", provider, customerId, visitId: visit.id, ...entry });
  }
}

function pathOf(linkId: string): string {
  return `/v1/links/${linkId}`;
}
