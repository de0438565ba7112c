/** One run of Plaid Link: create, open, exit, destroy. And the few types of Plaid that this takes. */
import { BankLinkError } from "../errors.ts";
import { LINK_EXIT_GRACE_MS, LINK_FLUSH_MS, LINK_LOAD_TIMEOUT_MS } from "../limits.ts";
import { type Layer, type LinkStage, layerOf, stageFor } from "./frame-container.ts";
import type { PlaidError, PlaidExitMetadata, PlaidSuccessMetadata } from "./metadata.ts";

export interface PlaidFactory {
  create(config: PlaidConfig): PlaidHandler;
}

/** All the keys that Plaid knows; it warns of any other. */
interface PlaidConfig extends PlaidOptions {
  onLoad(): void;
}

interface PlaidHandler {
  open(): void;
  exit(options?: { force?: boolean }): void;
  destroy(): void;
}

export interface PlaidOptions {
  token: string;
  /** Only on the return from a bank: on a first launch it breaks Link. */
  receivedRedirectUri?: string;
  onSuccess(publicToken: string | null, metadata: PlaidSuccessMetadata | null): void;
  onExit(error: PlaidError | null, metadata: PlaidExitMetadata | null): void;
  onEvent(name: string, metadata: unknown): void;
}

type Phase = "created" | "open" | "finished" | "destroyed";

// Plaid locks the page while Link is open, and sets back what it saw at create(): a lock, if another was open then.
let openLinks = 0;
let pageOverflow = "";

function unlockPage(): void {
  if (--openLinks === 0) document.body.style.overflow = pageOverflow;
}

export class PlaidLink {
  /** Resolves when Link could open. @throws BankLinkError `link_timeout` */
  readonly loaded: Promise<void>;
  readonly #handler: PlaidHandler;
  readonly #stage: LinkStage | undefined;
  readonly #layer: Layer;
  readonly #onExit: PlaidOptions["onExit"];
  #phase: Phase = "created";
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Starts loading at once, hidden.
   * @param anchor what Link is opened from; its place decides where Link's frame can be used
   */
  constructor(plaid: PlaidFactory, anchor: Element, options: PlaidOptions) {
    this.#layer = layerOf(anchor);
    this.#onExit = options.onExit;
    const before = [...document.querySelectorAll("iframe")];
    const loading = Promise.withResolvers<void>();
    this.loaded = loading.promise;
    this.#handler = plaid.create({
      ...options,
      onLoad: loading.resolve,
      onSuccess: this.#ending(options.onSuccess),
      onExit: this.#ending(options.onExit),
      onEvent: (...event) => {
        if (this.#phase === "open" || this.#phase === "finished")
          queueMicrotask(() => options.onEvent(...event));
      },
    });
    const frame = [...document.querySelectorAll("iframe")].find((frame) => !before.includes(frame));
    this.#stage = frame && stageFor(frame, this.#layer);
    this.#timer = setTimeout(() => loading.reject(new BankLinkError("link_timeout")), LINK_LOAD_TIMEOUT_MS);
  }

  /** Not so when `anchor` has been moved into a dialog, or out of one. */
  isInPlace(anchor: Element): boolean {
    return layerOf(anchor) === this.#layer;
  }

  open(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#phase = "open";
    if (openLinks++ === 0) pageOverflow = document.body.style.overflow;
    this.#handler.open();
    this.#stage?.show?.();
  }

  /** Asks Link to leave, and takes it away if it does not answer. */
  exit(): void {
    if (this.#phase !== "open") return;
    this.#timer ??= setTimeout(() => {
      this.destroy();
      this.#onExit(null, null);
    }, LINK_EXIT_GRACE_MS);
    this.#handler.exit({ force: true });
  }

  /** Takes everything away; no callback comes any more. */
  destroy(): void {
    if (this.#phase === "destroyed") return;
    if (this.#phase === "open") unlockPage();
    const { overflow } = document.body.style;
    this.#phase = "destroyed";
    clearTimeout(this.#timer);
    try {
      this.#handler.destroy();
    } catch {
      // Plaid looks for its frame where it left it; ours may be on a stage. What is left is taken away below.
    }
    // Destroying a handler sets the page's overflow to what it was when it was created, which may be long ago.
    document.body.style.overflow = overflow;
    this.#stage?.carrier.remove();
  }

  // Plaid leaves its overlay up and the page locked when a callback throws, so ours only ask for a microtask; and its
  // listener believes any frame, so that only a Link that is open, and only once, is listened to.
  #ending<Values extends unknown[]>(callback: (...values: Values) => void): (...values: Values) => void {
    return (...values) => {
      if (this.#phase !== "open") return;
      this.#phase = "finished";
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.destroy(), LINK_FLUSH_MS);
      queueMicrotask(() => {
        unlockPage();
        if (this.#phase === "finished") callback(...values);
      });
      // Last: it may throw where Plaid has taken its frame away already.
      this.#stage?.hide?.();
    };
  }
}
