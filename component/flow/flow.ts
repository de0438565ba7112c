/** What <bank-link> does: one attempt after another, from the first wish to the true outcome. Shows nothing itself. */
import type { CreateLink, ExitLink, FinalizeLink, FinalizeRefresh, Link } from "../../worker/contract.ts";
import type { ApiClient } from "../api/client.ts";
import { followLink } from "../api/polling.ts";
import { type SessionSettings, sessionSource } from "../api/session.ts";
import { asBankLinkError, BankLinkError, fromLink } from "../errors.ts";
import {
  BankLinkOpenEvent,
  BankLinkPendingEvent,
  BankLinkPlaidEvent,
  BankLinkSuccessEvent,
} from "../events.ts";
import { ROUNDS_MAX } from "../limits.ts";
import { type PlaidFactory, PlaidLink } from "../plaid/handler.ts";
import { type PlaidError, readEvent, readExit, readSuccess } from "../plaid/metadata.ts";
import { LinkIntent, lasts } from "./create.ts";
import { findLink } from "./find.ts";
import { LinkProgress, type Outcome, type ProgressHost } from "./progress.ts";
import { type Arrival, cleanAddress, forgetLinkId, keepLinkId } from "./redirect-return.ts";

/** What the flow needs of its element. */
export interface FlowHost extends ProgressHost {
  readonly element: ProgressHost["element"] & SessionSettings & { readonly refreshAccount: string | null };
  /** @throws BankLinkError `api_missing`, `api_not_allowed` */
  apiClient(): ApiClient;
  wishes(): CreateLink;
  loadPlaid(): Promise<PlaidFactory>;
}

/** A link that the bank has agreed to. */
interface Agreement {
  link: Link;
  /** Until the API has answered it; kept in memory only. */
  body?: FinalizeLink | FinalizeRefresh;
}

export class LinkFlow extends LinkProgress<FlowHost> {
  /** What the page brought along, until Link has opened with it or it has come to nothing. */
  arrival: Arrival | null = null;

  readonly #intent = new LinkIntent();
  /** Of the attempt at hand, whatever the page sets meanwhile. */
  #api!: ApiClient;
  #run = new AbortController();
  #plaidLink: PlaidLink | null = null;
  #preloadFailed = false;
  #isRenewed = false;
  /** How often this opening was prepared anew. */
  #rounds = 0;
  #sessionSource: unknown;
  /** Its outcome is not known yet. */
  #agreement: Agreement | null = null;

  /** Does what can be done ahead of the click. A failure stays silent, and is not repeated: the click will tell. */
  preload(): void {
    if (this.state === "idle" && !this.#preloadFailed) this.#attempt((signal) => this.#prepare(signal));
  }

  /** Opens Link as soon as it can. Asked again meanwhile, it is the same opening. */
  open(): Promise<Outcome> {
    const { state, arrival, isWanted } = this;
    const agreement = this.#agreement;
    const outcome = this.want();
    if (isWanted) return outcome;
    this.#isRenewed = false;
    this.#rounds = 0;
    if (agreement) this.#attempt((signal) => this.#end(agreement, signal));
    else if (arrival) this.#attempt((signal) => this.#resume(arrival, signal));
    else if (state === "ready") this.#attempt((signal) => this.#openLink(signal));
    else if (state !== "preparing") this.#attempt((signal) => this.#prepare(signal));
    return outcome;
  }

  /** Leaves Link, or stops waiting for it. What is finalizing goes on. */
  close(): void {
    if (this.state === "open") this.#plaidLink?.exit();
    else if (this.isWanted && this.state !== "finalizing") this.reset();
  }

  /** Back to the beginning. What is finalizing goes on at the API, but is not announced here. */
  reset(): void {
    this.#run.abort();
    this.#dropPlaidLink();
    this.link = this.account = this.arrival = this.#agreement = null;
    this.#preloadFailed = false;
    this.move("idle");
  }

  /** Back from a bank: the customer sees at once that they are expected, unless they are further already. */
  expect(): void {
    if (this.#agreement || this.state === "open" || this.state === "linked") return;
    // What is prepared ahead of a click must not open in its stead.
    this.#run.abort();
    void this.want();
    this.move("preparing");
  }

  /** Goes on where a bank's redirect or a reload interrupted. Without `link`, it is looked for again. */
  resume(arrival: Arrival, link?: Link | null): void {
    // Old news do not disturb what the customer does now.
    if (this.isWanted && !(arrival.receivedRedirectUri && this.state === "preparing")) return;
    void this.want();
    this.#attempt((signal) => this.#resume(arrival, signal, link));
  }

  connected(): void {
    const agreement = this.#agreement;
    if (this.state !== "finalizing") return;
    void this.want();
    if (agreement && this.#run.signal.aborted) this.#attempt((signal) => this.#end(agreement, signal));
  }

  /** Taken out of its page. Only what the customer has agreed to goes on. */
  disconnected(): void {
    const { state } = this;
    this.#dropPlaidLink();
    if (state === "finalizing") {
      // A request that carries the agreement completes by itself; looks go on when the element is back.
      if (!this.#agreement?.body) this.#run.abort();
      this.settle();
    } else if (state === "preparing" || state === "ready" || state === "open") this.reset();
  }

  /** One run at a time; whatever it throws is the one failure that is shown. */
  async #attempt(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#run.abort();
    this.#run = new AbortController();
    const { signal } = this.#run;
    try {
      await work(signal);
    } catch (thrown) {
      if (!signal.aborted) this.#fail(asBankLinkError(thrown));
    }
  }

  async #prepare(signal: AbortSignal): Promise<void> {
    const api = this.#begin();
    const [plaid, link] = await Promise.all([
      this.host.loadPlaid(),
      this.#intent.create(api, this.host.wishes(), signal),
    ]);
    signal.throwIfAborted();
    // It never came to be one: nobody has agreed to anything.
    if (link.status !== "ready") throw fromLink(link);
    await this.#load(plaid, link, signal);
  }

  async #resume(arrival: Arrival, signal: AbortSignal, found?: Link | null): Promise<void> {
    this.arrival = arrival;
    const api = this.#begin();
    const link = found === undefined ? await findLink(api, arrival, signal) : found;
    signal.throwIfAborted();
    if (link?.status === "ready") {
      const plaid = await this.host.loadPlaid();
      signal.throwIfAborted();
      return this.#load(plaid, link, signal);
    }
    cleanAddress();
    this.arrival = null;
    if (link) return this.#end({ link }, signal);
    this.reset();
    this.exited(null, {});
  }

  #begin(): ApiClient {
    this.#dropPlaidLink();
    this.link = null;
    this.move("preparing");
    this.#sessionSource = sessionSource(this.host.element);
    this.#api = this.host.apiClient();
    return this.#api;
  }

  async #load(plaid: PlaidFactory, link: Link, signal: AbortSignal): Promise<void> {
    this.link = link;
    const receivedRedirectUri = this.arrival?.receivedRedirectUri;
    const plaidLink = new PlaidLink(plaid, this.host.element, {
      token: link.link_token ?? "",
      // On a first launch it breaks Link, and Plaid takes an empty one for an answer.
      ...(receivedRedirectUri && { receivedRedirectUri }),
      onEvent: (name, metadata) => this.emit(new BankLinkPlaidEvent({ name, metadata: readEvent(metadata) })),
      onExit: (error, metadata) => this.#left(error, readExit(error, metadata)),
      onSuccess: (publicToken, metadata) => this.#agreed(link, readSuccess(link.mode, publicToken, metadata)),
    });
    this.#plaidLink = plaidLink;
    await plaidLink.loaded;
    signal.throwIfAborted();
    this.move("ready");
    if (this.isWanted) await this.#openLink(signal);
  }

  async #openLink(signal: AbortSignal): Promise<void> {
    const { link } = this;
    const { element } = this.host;
    const plaidLink = this.#plaidLink;
    if (!link || !plaidLink || this.state !== "ready") return;
    // Looked at once: the browser's clock may be wrong, and a page may hand over another function whenever it renders.
    const isCurrent = this.#rounds || (lasts(link) && this.#sessionSource === sessionSource(element));
    const isFit = isCurrent && this.#intent.isFor(this.host.wishes()) && plaidLink.isInPlace(element);
    // What was prepared long ago, for another customer, other wishes or another place is prepared anew.
    if (!isFit && !this.arrival) {
      if (this.#rounds++ >= ROUNDS_MAX) throw new BankLinkError("internal_error");
      return this.#prepare(signal);
    }
    // The address has served; a reload of it would fail.
    if (this.arrival) cleanAddress();
    const isAllowed = this.emit(new BankLinkOpenEvent({ link_id: link.id }));
    // The page's code may have reset or removed the element meanwhile.
    if (this.#plaidLink !== plaidLink) return;
    if (!isAllowed) {
      this.settle();
      return;
    }
    this.arrival = null;
    keepLinkId(link.id);
    this.#api.opened(link.id).catch(({ code }) => {
      // Another element or tab was given the same link ahead of its click, and has been through with it.
      if (code === "link_closed" && this.#plaidLink === plaidLink && this.state === "open")
        this.#renew(link, {});
    });
    plaidLink.open();
    this.move("open");
  }

  #agreed(link: Link, body: FinalizeLink | FinalizeRefresh | BankLinkError): void {
    if (body instanceof BankLinkError) this.#fail(body);
    else this.#attempt((signal) => this.#end({ link, body }, signal));
  }

  /** Link has done its part; the API has the word. */
  async #end(agreement: Agreement, signal: AbortSignal): Promise<void> {
    this.#agreement = agreement;
    this.move("finalizing");
    // Without the signal: the request completes whatever happens to the element.
    const link = agreement.body
      ? await this.#api.finalize(agreement.link.id, agreement.body)
      : agreement.link;
    signal.throwIfAborted();
    this.link = link;
    if (link.status === "finalizing") {
      this.#agreement = { link };
      if (!this.host.element.isConnected) {
        this.#run.abort();
        this.settle();
        return;
      }
      if (!this.isPending) {
        this.isPending = true;
        this.host.element.requestUpdate();
        this.emit(new BankLinkPendingEvent({ link_id: link.id }));
        signal.throwIfAborted();
      }
      const ended = await followLink(this.#api, link, "finalizing", signal);
      signal.throwIfAborted();
      return this.#end({ link: ended }, signal);
    }
    this.#agreement = null;
    const { id, status, mode, account, reference } = link;
    forgetLinkId(id);
    if (status !== "linked") throw fromLink(link);
    this.account = account;
    this.move("linked");
    this.emit(new BankLinkSuccessEvent({ link_id: id, mode, account, reference }));
  }

  #left(error: PlaidError | null, report: ExitLink): void {
    const { link } = this;
    if (!link) return;
    if (report.error?.code === "INVALID_LINK_TOKEN") {
      this.#renew(link, report);
      return;
    }
    this.#api.exited(link.id, report).catch(ignore);
    forgetLinkId(link.id);
    this.move("canceled", error?.display_message || this.host.sentence("canceled"));
    this.exited(link, report);
  }

  /** The link is of no use any more: another one, once, without troubling the customer. */
  #renew(link: Link, report: ExitLink): void {
    if (this.#isRenewed) {
      this.#fail(new BankLinkError("link_expired"));
      return;
    }
    this.#isRenewed = true;
    this.#attempt(async (signal) => {
      this.#dropPlaidLink();
      this.move("preparing");
      // Before the API knows that this link is of no use, it might hand the same one out again.
      await this.#api.exited(link.id, { ...report, final: true }).catch(ignore);
      signal.throwIfAborted();
      await this.#prepare(signal);
    });
  }

  #fail(error: BankLinkError): void {
    this.#dropPlaidLink();
    this.#run.abort();
    if (!this.isWanted && this.state === "preparing") {
      this.reset();
      this.#preloadFailed = true;
      return;
    }
    // "Try again" repeats what may have been done already, also once signed in again, and otherwise begins anew. The
    // link's id is kept: until the API has told its end, a reload must find it.
    if (!error.retryable && error.code !== "unauthorized") this.#agreement = this.arrival = null;
    this.failed(error);
  }

  #dropPlaidLink(): void {
    this.#plaidLink?.destroy();
    this.#plaidLink = null;
  }
}

// What the API is told besides the customer's way: if it is lost, they must not notice.
function ignore(): void {}
