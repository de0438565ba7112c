/** How a <bank-link> gets on, as its page sees it: the state, the sentence, the account, the events. Does nothing itself. */
import type { Account, ExitLink, Link } from "../../worker/contract.ts";
import type { BankLinkError, BankLinkErrorCode } from "../errors.ts";
import { BankLinkErrorEvent, BankLinkExitEvent } from "../events.ts";
import { type LinkState, next } from "./state.ts";

/** Whatever it is told, or gets dispatched, may run the page's code. */
export interface ProgressHost {
  readonly element: HTMLElement & { requestUpdate(): void };
  /** What a customer is told. */
  sentence(of: "canceled" | BankLinkErrorCode): string;
  stateChanged(from: LinkState, to: LinkState): void;
}

export interface Outcome {
  status: LinkState;
  account?: Account;
}

const ENDS: readonly LinkState[] = ["idle", "linked", "canceled", "failed"];

export class LinkProgress<Host extends ProgressHost> {
  readonly host: Host;
  state: LinkState = "idle";
  link: Link | null = null;
  account: Account | null = null;
  /** The provider takes its time. */
  isPending = false;
  /** What a cancellation or failure says. */
  sentence = "";
  /** Somebody waits for the outcome; without it, all is done ahead of the click and in silence. */
  #opening: PromiseWithResolvers<Outcome> | null = null;

  constructor(host: Host) {
    this.host = host;
  }

  get outcome(): Outcome {
    const { state: status, account } = this;
    return account && status === "linked" ? { status, account } : { status };
  }

  /** A person waits for what is under way. */
  get isWanted(): boolean {
    return this.#opening !== null;
  }

  /** From now on somebody waits. */
  protected want(): Promise<Outcome> {
    this.#opening ??= Promise.withResolvers();
    this.host.element.requestUpdate();
    return this.#opening.promise;
  }

  /** Whoever waits is told how it stands. */
  protected settle(): void {
    this.#opening?.resolve(this.outcome);
    this.#opening = null;
  }

  protected move(wanted: LinkState, sentence = ""): void {
    const from = this.state;
    const to = next(from, wanted);
    this.sentence = sentence;
    if (to === from) return;
    this.state = to;
    if (to !== "finalizing") this.isPending = false;
    // Ahead of the events: their handlers may begin the next opening.
    if (ENDS.includes(to)) this.settle();
    this.host.stateChanged(from, to);
  }

  protected emit(event: Event): boolean {
    return this.host.element.dispatchEvent(event);
  }

  protected failed({ code, retryable, requestId }: BankLinkError): void {
    const message = this.host.sentence(code);
    this.move("failed", message);
    this.emit(
      new BankLinkErrorEvent({
        code,
        message,
        retryable,
        request_id: requestId,
        link_id: this.link?.id ?? null,
      }),
    );
  }

  protected exited(link: Link | null, { status = null, error = null }: ExitLink): void {
    this.emit(new BankLinkExitEvent({ link_id: link?.id ?? null, status, error, message: this.sentence }));
  }
}
