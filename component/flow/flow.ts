/** What <bank-link> does: one attempt after another, from the link request to the outcome. Renders nothing. */
import type { ExitLink, Link, LinkWith } from "../../worker/contract.ts";
import { asBankLinkError, BankLinkError } from "../errors.ts";
import {
  BankLinkOpenEvent,
  BankLinkPendingEvent,
  BankLinkPlaidEvent,
  BankLinkSuccessEvent,
} from "../events.ts";
import { PREPARATIONS_MAX } from "../limits.ts";
import { isFresh, LinkCreation } from "./create.ts";
import { findLink } from "./find.ts";
import type { Completion, CreateHandler, LinkApi, PlaidLinkHandler } from "./ports.ts";
import { LinkProgress, type Outcome } from "./progress.ts";
import { cleanAddress, type RedirectReturn } from "./redirect-return.ts";
import type { OpenState, ReadyState } from "./state.ts";
import { forgetLinkId, storeLinkId } from "./stored-link.ts";

/** A link whose customer has completed Plaid Link, and whose outcome is not known yet. */
interface Finalization {
  api: LinkApi;
  link: Link;
  /** Until the API has answered it; held in memory only. */
  completion?: Completion;
}

export class LinkFlow extends LinkProgress {
  /** What this element resumes, until Plaid Link has opened with it or there is nothing left to resume. */
  redirectReturn: RedirectReturn | null = null;

  readonly #creation = new LinkCreation();
  #run = new AbortController();
  /** Where the session token of the current attempt comes from. */
  #sessionSource: unknown;
  #handler: PlaidLinkHandler | null = null;
  #finalization: Finalization | null = null;
  #preloadFailed = false;
  #isRenewed = false;
  /** How often the current open() has prepared again. */
  #preparations = 0;

  /** Prepares ahead of the click. A failure is silent and not repeated: the click reports it. */
  preload(): void {
    if (this.state.status === "idle" && !this.#preloadFailed) this.#start((signal) => this.#prepare(signal));
  }

  /** Opens Plaid Link as soon as possible. While that is in progress, another call joins it. */
  open(): Promise<Outcome> {
    const { state, redirectReturn, isBusy } = this;
    const finalization = this.#finalization;
    const outcome = this.wait();
    if (isBusy) return outcome;
    this.#isRenewed = false;
    this.#preparations = 0;
    if (finalization) this.#start((signal) => this.#finalize(finalization, signal));
    else if (redirectReturn) this.#start((signal) => this.#resume(redirectReturn, signal));
    else if (state.status === "ready") this.#start((signal) => this.#open(state, signal));
    else if (state.status !== "preparing") this.#start((signal) => this.#prepare(signal));
    return outcome;
  }

  /** Exits Plaid Link, or stops waiting for it. A finalization continues. */
  close(): void {
    const { state } = this;
    if (state.status === "open") state.handler.exit();
    else if (this.isBusy && state.status !== "finalizing") this.reset();
  }

  /** Back to `idle`. A finalization continues at the API, but is not announced. */
  reset(): void {
    this.#run.abort();
    this.#destroyHandler();
    this.account = this.redirectReturn = this.#finalization = null;
    this.#preloadFailed = false;
    this.move({ status: "idle", link: null });
  }

  /** A bank has redirected back: shows `preparing` at once, unless the customer has gone further already. */
  expectResume(): void {
    if (this.#finalization || this.state.status === "open" || this.state.status === "linked") return;
    // What is being preloaded must not open in its place.
    this.#run.abort();
    void this.wait();
    this.move({ status: "preparing", link: null });
  }

  /** Continues what a bank's redirect or a reload interrupted. Without `link`, it is looked up again. */
  resume(redirectReturn: RedirectReturn, link?: Link | null): void {
    // An earlier attempt does not disturb what the customer does now.
    if (this.isBusy && !(redirectReturn.receivedRedirectUri && this.state.status === "preparing")) return;
    void this.wait();
    this.#start((signal) => this.#resume(redirectReturn, signal, link));
  }

  connected(): void {
    const finalization = this.#finalization;
    if (this.state.status !== "finalizing") return;
    void this.wait();
    if (finalization && this.#run.signal.aborted)
      this.#start((signal) => this.#finalize(finalization, signal));
  }

  /** Removed from its page. Only a finalization continues. */
  disconnected(): void {
    const { status } = this.state;
    this.#destroyHandler();
    if (status === "finalizing") {
      // The finalize request completes by itself; polling continues once the element is back.
      if (!this.#finalization?.completion) this.#run.abort();
      this.settle();
    } else if (status === "preparing" || status === "ready" || status === "open") this.reset();
  }

  /** Runs one thing at a time; whatever it throws is the one failure that is shown. */
  async #start(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#run.abort();
    this.#run = new AbortController();
    const { signal } = this.#run;
    try {
      await run(signal);
    } catch (thrown) {
      if (!signal.aborted) this.#fail(asBankLinkError(thrown));
    }
  }

  #begin(signal: AbortSignal): LinkApi {
    this.#destroyHandler();
    if (!this.move({ status: "preparing", link: null })) this.#run.abort();
    signal.throwIfAborted();
    this.#sessionSource = this.host.sessionSource();
    return this.host.api();
  }

  async #prepare(signal: AbortSignal): Promise<void> {
    const api = this.#begin(signal);
    const [createHandler, link] = await Promise.all([
      this.host.loadPlaid(),
      this.#creation.create(api, this.host.linkRequest(), signal),
    ]);
    signal.throwIfAborted();
    if (link.status !== "ready") throw failureOf(link);
    await this.#load(createHandler, api, link, signal);
  }

  async #resume(redirectReturn: RedirectReturn, signal: AbortSignal, found?: Link | null): Promise<void> {
    this.redirectReturn = redirectReturn;
    const api = this.#begin(signal);
    const link = found === undefined ? await findLink(api, redirectReturn, signal) : found;
    signal.throwIfAborted();
    if (link?.status === "ready") {
      const createHandler = await this.host.loadPlaid();
      signal.throwIfAborted();
      return this.#load(createHandler, api, link, signal);
    }
    cleanAddress();
    this.redirectReturn = null;
    if (link) return this.#finalize({ api, link }, signal);
    this.reset();
    this.exited(null, {}, "");
  }

  async #load(
    createHandler: CreateHandler,
    api: LinkApi,
    link: LinkWith<"ready">,
    signal: AbortSignal,
  ): Promise<void> {
    this.move({ status: "preparing", link });
    const handler = createHandler({
      token: link.link_token,
      mode: link.mode,
      receivedRedirectUri: this.redirectReturn?.receivedRedirectUri ?? null,
      onEvent: (name, metadata) => this.emit(new BankLinkPlaidEvent({ name, metadata })),
      onExit: (exit, displayMessage) => this.#exited(api, link, exit, displayMessage),
      onSuccess: (result) => {
        if (result instanceof BankLinkError) this.#fail(result);
        else this.#start((signal) => this.#finalize({ api, link, completion: result }, signal));
      },
    });
    this.#handler = handler;
    await handler.loaded;
    signal.throwIfAborted();
    const ready: ReadyState = { status: "ready", api, link, handler };
    if (this.move(ready) && this.isBusy) await this.#open(ready, signal);
  }

  async #open(ready: ReadyState, signal: AbortSignal): Promise<void> {
    const { api, link, handler } = ready;
    // Checked in the first round only: the browser's clock may be wrong, and a page may set a new function at every render.
    const isCurrent =
      this.#preparations || (isFresh(link) && this.#sessionSource === this.host.sessionSource());
    const isUsable = isCurrent && this.#creation.isFor(this.host.linkRequest()) && handler.isInPlace();
    // What was prepared for another customer, another request or another place is prepared again.
    if (!isUsable && !this.redirectReturn) {
      if (this.#preparations++ >= PREPARATIONS_MAX) throw new BankLinkError("internal_error");
      return this.#prepare(signal);
    }
    if (this.redirectReturn) cleanAddress();
    const isAllowed = this.emit(new BankLinkOpenEvent({ link_id: link.id }));
    // The page's listeners may have reset or removed the element.
    if (this.state !== ready) return;
    if (!isAllowed) {
      this.settle();
      return;
    }
    this.redirectReturn = null;
    storeLinkId(link.id);
    const open: OpenState = { ...ready, status: "open" };
    api.opened(link.id).catch((thrown) => {
      // Another element or tab received the same link ahead of its click, and has used it up.
      if (asBankLinkError(thrown).code === "link_closed" && this.state === open) this.#renew(api, link, {});
    });
    handler.open();
    this.move(open);
  }

  /** The customer has completed Plaid Link; the API decides the outcome. */
  async #finalize(finalization: Finalization, signal: AbortSignal): Promise<void> {
    const { state } = this;
    const { api, completion } = finalization;
    const isPending = state.status === "finalizing" && state.isPending;
    let { link } = finalization;
    this.#finalization = finalization;
    this.move({ status: "finalizing", link, isPending });
    // Without the signal: the request completes, whatever happens to the element.
    if (completion) link = await api.finalize(link.id, completion);
    signal.throwIfAborted();
    if (link.status === "finalizing") {
      this.#finalization = { api, link };
      // Polling waits until the element is back.
      if (!this.host.element.isConnected) {
        this.#run.abort();
        this.settle();
      }
      signal.throwIfAborted();
      this.move({ status: "finalizing", link, isPending: true });
      if (!isPending) this.emit(new BankLinkPendingEvent({ link_id: link.id }));
      link = await api.outcome(link, signal);
      signal.throwIfAborted();
    }
    this.#finalization = null;
    forgetLinkId(link.id);
    if (link.status !== "linked") {
      this.#fail(failureOf(link), link);
      return;
    }
    if (!this.move({ status: "linked", link })) return;
    const { id, mode, account, reference } = link;
    this.emit(new BankLinkSuccessEvent({ link_id: id, mode, account, reference }));
  }

  #exited(api: LinkApi, link: LinkWith<"ready">, exit: ExitLink, displayMessage: string | null): void {
    if (exit.error?.code === "INVALID_LINK_TOKEN") {
      this.#renew(api, link, exit);
      return;
    }
    const message = displayMessage || this.host.messages().canceled;
    api.exited(link.id, exit).catch(ignore);
    forgetLinkId(link.id);
    if (this.move({ status: "canceled", link, message })) this.exited(link, exit, message);
  }

  /** The link is unusable: creates another one, once, unnoticed by the customer. */
  #renew(api: LinkApi, link: LinkWith<"ready">, exit: ExitLink): void {
    if (this.#isRenewed) {
      this.#fail(new BankLinkError("link_expired"));
      return;
    }
    this.#isRenewed = true;
    this.#start(async (signal) => {
      this.#destroyHandler();
      this.move({ status: "preparing", link });
      // Awaited: until the API knows that this link is unusable, it may return the same one again.
      await api.exited(link.id, { ...exit, final: true }).catch(ignore);
      signal.throwIfAborted();
      await this.#prepare(signal);
    });
  }

  #fail(error: BankLinkError, link: Link | null = this.state.link): void {
    this.#destroyHandler();
    this.#run.abort();
    if (!this.isBusy && this.state.status === "preparing") {
      this.reset();
      this.#preloadFailed = true;
      return;
    }
    // "Try again" repeats what may have been done already, also after signing in again; otherwise it starts anew. The
    // link's id stays stored: until its outcome is known, a reload must find it.
    if (!error.retryable && error.code !== "unauthorized") this.#finalization = this.redirectReturn = null;
    this.failed(error, link);
  }

  #destroyHandler(): void {
    this.#handler?.destroy();
    this.#handler = null;
  }
}

/** Why a link ended other than `linked`. */
function failureOf({ problem }: Link): BankLinkError {
  return new BankLinkError(problem?.code ?? "internal_error", problem?.retryable);
}

// For a report to the API that the customer must not notice when it is lost.
function ignore(): void {}
