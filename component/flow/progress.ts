/** Moves a <bank-link> from state to state, notifies its page, and resolves open(). */
import type { Account, ExitLink, Link } from "../../worker/contract.ts";
import type { BankLinkError } from "../errors.ts";
import { BankLinkErrorEvent, BankLinkExitEvent } from "../events.ts";
import type { FlowHost } from "./host.ts";
import { type FlowState, type LinkState, next } from "./state.ts";

/** What `open()` resolves with. */
export type Outcome =
  | { status: "linked"; account: Account }
  | { status: Exclude<LinkState, "linked">; account?: never };

const OUTCOMES: readonly LinkState[] = ["idle", "linked", "canceled", "failed"];

export class LinkProgress {
  readonly host: FlowHost;
  state: FlowState = { status: "idle", link: null };
  /** The account that was linked last. */
  account: Account | null = null;
  /** While the customer or the page waits for an outcome. Without it, work ahead of the click shows nothing. */
  #outcome: PromiseWithResolvers<Outcome> | null = null;

  constructor(host: FlowHost) {
    this.host = host;
  }

  get outcome(): Outcome {
    const { status, link } = this.state;
    return status === "linked" ? { status, account: link.account } : { status };
  }

  /** Whether the customer or the page waits for an outcome. */
  get isBusy(): boolean {
    return this.#outcome !== null;
  }

  protected wait(): Promise<Outcome> {
    this.#outcome ??= Promise.withResolvers();
    this.host.element.requestUpdate();
    return this.#outcome.promise;
  }

  /** Resolves open() with the current state. */
  protected settle(): void {
    this.#outcome?.resolve(this.outcome);
    this.#outcome = null;
  }

  /** False where there is no such move: then nothing has happened. */
  protected move(to: FlowState): boolean {
    const from = this.state.status;
    const state = next(from, to);
    if (state) {
      this.state = state;
      this.host.element.requestUpdate();
      if (state.status === "linked") this.account = state.link.account;
      // Before the events: their listeners may call open() again.
      if (OUTCOMES.includes(state.status)) this.settle();
      if (state.status !== from) this.host.stateChanged(from, state);
    }
    return state !== null;
  }

  protected emit(event: Event): boolean {
    return this.host.element.dispatchEvent(event);
  }

  protected failed({ code, retryable, requestId }: BankLinkError, link: Link | null): void {
    const { errors, failed } = this.host.messages();
    const message = errors[code] ?? failed;
    if (!this.move({ status: "failed", link, message })) return;
    this.emit(
      new BankLinkErrorEvent({
        code,
        message,
        retryable,
        request_id: requestId,
        link_id: link?.id ?? null,
      }),
    );
  }

  protected exited(link: Link | null, { status = null, error = null }: ExitLink, message: string): void {
    this.emit(new BankLinkExitEvent({ link_id: link?.id ?? null, status, error, message }));
  }
}
