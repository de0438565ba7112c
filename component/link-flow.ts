/** What <bank-link> does: one attempt after another, from the first wish to the true outcome. Shows nothing itself. */
import type { Account, CreateLink, FinalizeLink, FinalizeRefresh, Link } from "../worker/contract.ts";
import type { ApiClient } from "./api-client.ts";
import { type Arrival, cleanAddress, forgetLinkId, keepLinkId } from "./arrival.ts";
import { asBankLinkError, BankLinkError, type BankLinkErrorCode, fromLink } from "./errors.ts";
import {
  BankLinkErrorEvent,
  BankLinkExitEvent,
  BankLinkOpenEvent,
  BankLinkPendingEvent,
  BankLinkPlaidEvent,
  BankLinkSuccessEvent,
} from "./events.ts";
import { findLink } from "./find-link.ts";
import { followLink } from "./follow-link.ts";
import { LinkIntent, lasts } from "./link-intent.ts";
import { type LinkAction, type LinkState, next } from "./link-state.ts";
import { type PlaidFactory, PlaidLink } from "./plaid-link.ts";
import { type PlaidExit, readEvent, readExit, readSuccess } from "./plaid-metadata.ts";

/** What the flow needs of its element. Whatever it tells it, or dispatches on it, may run the page's code. */
export interface FlowHost {
  readonly element: HTMLElement & { requestUpdate(): void };
  /** @throws BankLinkError `api_missing`, `api_not_allowed` */
  apiClient(): ApiClient;
  wishes(): CreateLink;
  loadPlaid(): Promise<PlaidFactory>;
  /** What a customer is told. */
  sentence(of: "canceled" | BankLinkErrorCode): string;
  stateChanged(from: LinkState, to: LinkState): void;
}

export interface Outcome {
  status: LinkState;
  account?: Account;
}

type Finalization = { link: Link; body: FinalizeLink | FinalizeRefresh };

const NO_EXIT: PlaidExit = { report: {}, displayMessage: null };

export class LinkFlow {
  state: LinkState = "idle";
  link: Link | null = null;
  account: Account | null = null;
  /** The provider takes its time. */
  isPending = false;
  /** What the last cancellation or failure says. */
  sentence = "";

  readonly #host: FlowHost;
  readonly #intent = new LinkIntent();
  /** Of the attempt at hand, whatever the page sets meanwhile. */
  #api!: ApiClient;
  #run = new AbortController();
  #plaidLink: PlaidLink | null = null;
  /** Somebody waits for Link to open; without it, all is done ahead of the click and in silence. */
  #opening: PromiseWithResolvers<Outcome> | null = null;
  #preloadFailed = false;
  #isRenewed = false;
  /** What the bank agreed to and the API has not answered; kept in memory only. */
  #finalization: Finalization | null = null;
  /** A link that is still finalizing, while nobody watches because the element is not in a page. */
  #unwatched: Link | null = null;
  /** What the page brought along and has not come to its end. */
  #arrival: Arrival | null = null;
  #isResumed = false;

  constructor(host: FlowHost) {
    this.#host = host;
  }

  get outcome(): Outcome {
    const { state: status, account } = this;
    return account && status === "linked" ? { status, account } : { status };
  }

  /** A person waits for what is under way. */
  get isWanted(): boolean {
    return this.#opening !== null;
  }

  /** Does what can be done ahead of the click. A failure stays silent, and is not repeated: the click will tell. */
  preload(): void {
    if (this.state === "idle" && !this.#preloadFailed) this.#attempt((signal) => this.#prepare(signal));
  }

  /** Opens Link as soon as it can. Asked again meanwhile, it is the same opening. */
  open(): Promise<Outcome> {
    if (this.#opening) return this.#opening.promise;
    const { promise } = this.#want();
    const { state } = this;
    const finalization = this.#finalization;
    const arrival = this.#arrival;
    // A link prepared for other wishes, or about to expire, is not opened.
    const isFit = this.#isResumed || (this.#intent.isFor(this.#host.wishes()) && lasts(this.link));
    this.#isRenewed = false;
    if (finalization) this.#attempt((signal) => this.#finalize(finalization, signal));
    else if (arrival) this.#attempt((signal) => this.#resume(arrival, signal));
    else if (isFit && state === "ready") this.#attempt(async () => this.#openLink());
    else if (!isFit || state !== "preparing") this.#attempt((signal) => this.#prepare(signal));
    return promise;
  }

  /** Leaves Link, or stops waiting for it. What is finalizing goes on. */
  close(): void {
    if (this.state === "open") this.#plaidLink?.exit(() => this.#exited(NO_EXIT));
    else if (this.state === "preparing") this.reset();
  }

  /** Back to the beginning. What is finalizing goes on at the API, but is not announced here. */
  reset(): void {
    this.#run.abort();
    this.#dropPlaidLink();
    if (this.link && this.state !== "finalizing") forgetLinkId(this.link.id);
    this.link = this.account = this.#finalization = this.#unwatched = this.#arrival = null;
    this.#move("reset");
    this.#settle();
  }

  /** Back from a bank: the customer sees at once that they are expected. */
  expect(): void {
    this.#want();
    this.#move("prepare");
  }

  /** Goes on where a bank's redirect or a reload interrupted. Without `link`, it is looked for again. */
  resume(arrival: Arrival, link?: Link | null): void {
    // Old news do not disturb what the customer does now.
    if (!arrival.receivedRedirectUri && this.#opening) return;
    this.#want();
    this.#attempt((signal) => this.#resume(arrival, signal, link));
  }

  connected(): void {
    const link = this.#unwatched;
    this.#unwatched = null;
    if (link) this.#attempt((signal) => this.#end(link, signal));
  }

  /** Taken out of its page. Only what the customer has agreed to goes on. */
  disconnected(): void {
    const { link, state } = this;
    this.#dropPlaidLink();
    // With #finalization the request is still on its way, and completes by itself.
    if (state === "finalizing" && !this.#finalization) {
      this.#run.abort();
      this.#unwatched = link;
    }
    if (state === "preparing" || state === "ready" || state === "open") this.reset();
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
      this.#host.loadPlaid(),
      this.#intent.create(api, this.#host.wishes(), signal),
    ]);
    signal.throwIfAborted();
    // It never came to be one: nobody has agreed to anything.
    if (link.status !== "ready") throw fromLink(link);
    await this.#load(plaid, link, null, signal);
  }

  async #resume(arrival: Arrival, signal: AbortSignal, found?: Link | null): Promise<void> {
    this.#arrival = arrival;
    const api = this.#begin();
    const link = found === undefined ? await findLink(api, arrival, signal) : found;
    signal.throwIfAborted();
    if (link?.status === "ready") {
      const plaid = await this.#host.loadPlaid();
      signal.throwIfAborted();
      return this.#load(plaid, link, arrival.receivedRedirectUri, signal);
    }
    this.#arrived();
    if (link) return this.#end(link, signal);
    this.reset();
    this.#announceExit(null, NO_EXIT);
  }

  #begin(): ApiClient {
    this.#dropPlaidLink();
    this.#isResumed = false;
    this.link = null;
    this.#move("prepare");
    this.#api = this.#host.apiClient();
    return this.#api;
  }

  async #load(
    plaid: PlaidFactory,
    link: Link,
    receivedRedirectUri: string | null,
    signal: AbortSignal,
  ): Promise<void> {
    this.link = link;
    this.#isResumed = receivedRedirectUri !== null;
    const plaidLink = new PlaidLink(plaid, {
      token: link.link_token ?? "",
      receivedRedirectUri,
      anchor: this.#host.element,
      onEvent: (name, metadata) =>
        this.#emit(new BankLinkPlaidEvent({ name, metadata: readEvent(metadata) })),
      onExit: (error, metadata) => this.#exited(readExit(error, metadata)),
      onSuccess: (publicToken, metadata) => this.#agreed(link, readSuccess(link.mode, publicToken, metadata)),
    });
    this.#plaidLink = plaidLink;
    await plaidLink.loaded;
    signal.throwIfAborted();
    this.#move("prepared");
    if (this.#opening) this.#openLink();
  }

  #openLink(): void {
    const { link, state } = this;
    const plaidLink = this.#plaidLink;
    if (!link || !plaidLink || state !== "ready") return;
    this.#arrived();
    if (!this.#emit(new BankLinkOpenEvent({ link_id: link.id }))) {
      this.#settle();
      return;
    }
    this.#move("open");
    // The page's code may have reset or removed the element meanwhile.
    if (this.#plaidLink !== plaidLink) return;
    keepLinkId(link.id);
    this.#api.opened(link.id).catch(ignore);
    plaidLink.open();
  }

  #agreed(link: Link, body: FinalizeLink | FinalizeRefresh | BankLinkError): void {
    if (body instanceof BankLinkError) this.#fail(body);
    else this.#attempt((signal) => this.#finalize({ link, body }, signal));
  }

  async #finalize(finalization: Finalization, signal: AbortSignal): Promise<void> {
    this.#finalization = finalization;
    this.#move("finalize");
    // Without the signal: the request completes whatever happens to the element.
    const link = await this.#api.finalize(finalization.link.id, finalization.body);
    signal.throwIfAborted();
    this.#finalization = null;
    await this.#end(link, signal);
  }

  /** A link that Link has done its part for. */
  async #end(link: Link, signal: AbortSignal): Promise<void> {
    this.#move("finalize");
    signal.throwIfAborted();
    this.link = link;
    if (link.status === "finalizing") {
      if (!this.#host.element.isConnected) {
        this.#unwatched = link;
        return;
      }
      if (!this.isPending) {
        this.isPending = true;
        this.#host.element.requestUpdate();
        this.#emit(new BankLinkPendingEvent({ link_id: link.id }));
        signal.throwIfAborted();
      }
      const ended = await followLink(this.#api, link, "finalizing", signal);
      signal.throwIfAborted();
      return this.#end(ended, signal);
    }
    if (link.status !== "linked") throw fromLink(link);
    const { id, mode, account, reference } = link;
    forgetLinkId(id);
    this.account = account;
    this.#move("linked");
    // Ahead of the event: its handlers may begin the next opening.
    this.#settle();
    this.#emit(new BankLinkSuccessEvent({ link_id: id, mode, account, reference }));
  }

  #exited(exit: PlaidExit): void {
    const { link } = this;
    if (!link) return;
    if (exit.report.error?.code === "INVALID_LINK_TOKEN") {
      this.#renew(link, exit);
      return;
    }
    this.#api.exited(link.id, exit.report).catch(ignore);
    forgetLinkId(link.id);
    this.sentence = exit.displayMessage ?? this.#host.sentence("canceled");
    this.#move("exit");
    this.#settle();
    this.#announceExit(link, exit);
  }

  /** Plaid refused the token: another one, once, without troubling the customer. */
  #renew(link: Link, exit: PlaidExit): void {
    if (this.#isRenewed) {
      this.#fail(new BankLinkError("link_expired"));
      return;
    }
    this.#isRenewed = true;
    this.#attempt(async (signal) => {
      this.#move("prepare");
      // Before the API knows that this link is of no use, it might hand the same one out again.
      await this.#api.exited(link.id, { ...exit.report, final: true }).catch(ignore);
      signal.throwIfAborted();
      await this.#prepare(signal);
    });
  }

  #fail(error: BankLinkError): void {
    this.#dropPlaidLink();
    this.#run.abort();
    if (!this.#opening && this.state === "preparing") {
      this.#preloadFailed = true;
      this.#move("reset");
      return;
    }
    // "Try again" repeats what may have been done already, and otherwise begins anew.
    const { code, retryable, requestId } = error;
    if (!retryable) this.#finalization = this.#arrival = null;
    const { link } = this;
    if (link && !this.#finalization && !this.#arrival) forgetLinkId(link.id);
    this.sentence = this.#host.sentence(code);
    this.#move("fail");
    this.#settle();
    this.#emit(
      new BankLinkErrorEvent({
        code,
        message: this.sentence,
        retryable,
        request_id: requestId,
        link_id: link?.id ?? null,
      }),
    );
  }

  #announceExit(link: Link | null, { report: { status = null, error = null } }: PlaidExit): void {
    this.#emit(new BankLinkExitEvent({ link_id: link?.id ?? null, status, error, message: this.sentence }));
  }

  #emit(event: Event): boolean {
    return this.#host.element.dispatchEvent(event);
  }

  #want(): PromiseWithResolvers<Outcome> {
    this.#opening ??= Promise.withResolvers();
    this.#host.element.requestUpdate();
    return this.#opening;
  }

  #settle(): void {
    this.#opening?.resolve(this.outcome);
    this.#opening = null;
    this.#host.element.requestUpdate();
  }

  #move(action: LinkAction): void {
    const from = this.state;
    const to = next(from, action);
    if (to === from) return;
    this.state = to;
    if (to !== "finalizing") this.isPending = false;
    this.#host.stateChanged(from, to);
  }

  /** The address has served; a reload of it would fail. */
  #arrived(): void {
    if (this.#arrival) cleanAddress();
    this.#arrival = null;
  }

  #dropPlaidLink(): void {
    this.#plaidLink?.destroy();
    this.#plaidLink = null;
  }
}

// What the API is told besides the customer's way: if it is lost, they must not notice.
function ignore(): void {}
