/** One run of Plaid Link: create, open, exit, destroy. And the few types of Plaid that this takes. */
import { BankLinkError } from "./errors.ts";
import { LINK_EXIT_GRACE_MS, LINK_FLUSH_MS, LINK_LOAD_TIMEOUT_MS } from "./limits.ts";
import { type Layer, type LinkStage, layerOf, stageFor } from "./link-stage.ts";
import type { PlaidError, PlaidExitMetadata, PlaidSuccessMetadata } from "./plaid-metadata.ts";

export interface PlaidFactory {
  create(config: PlaidConfig): PlaidHandler;
}

interface PlaidConfig extends Required<PlaidCallbacks> {
  token: string;
  receivedRedirectUri?: string;
  onLoad(): void;
}

interface PlaidHandler {
  open(): void;
  exit(options?: { force?: boolean }): void;
  destroy(): void;
}

export interface PlaidCallbacks {
  onSuccess(publicToken: string | null, metadata: PlaidSuccessMetadata | null): void;
  onExit(error: PlaidError | null, metadata: PlaidExitMetadata | null): void;
  onEvent(name: string, metadata: unknown): void;
}

export interface PlaidLinkOptions extends PlaidCallbacks {
  token: string;
  /** Only on the return from a bank: on a first launch it breaks Link. */
  receivedRedirectUri: string | null;
  /** What Link is opened from; its place decides where Link's frame can be used. */
  anchor: Element;
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
  #phase: Phase = "created";
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Starts loading at once, hidden. */
  constructor(plaid: PlaidFactory, options: PlaidLinkOptions) {
    this.#layer = layerOf(options.anchor);
    const before = [...document.querySelectorAll("iframe")];
    const loading = Promise.withResolvers<void>();
    this.loaded = loading.promise;
    this.#handler = plaid.create({
      token: options.token,
      // Plaid warns of keys that it does not know, and takes an empty one for an answer.
      ...(options.receivedRedirectUri && { receivedRedirectUri: options.receivedRedirectUri }),
      onLoad: () => loading.resolve(),
      onSuccess: (publicToken, metadata) => this.#finish(() => options.onSuccess(publicToken, metadata)),
      onExit: (error, metadata) => this.#finish(() => options.onExit(error, metadata)),
      onEvent: (name, metadata) => {
        if (this.#phase === "open" || this.#phase === "finished")
          queueMicrotask(() => options.onEvent(name, metadata));
      },
    });
    const frame = [...document.querySelectorAll("iframe")].find((frame) => !before.includes(frame));
    this.#stage = frame && stageFor(frame, this.#layer);
    this.#timer = setTimeout(() => loading.reject(new BankLinkError("link_timeout")), LINK_LOAD_TIMEOUT_MS);
    loading.promise.then(
      () => clearTimeout(this.#timer),
      () => {},
    );
  }

  /** Not so when `anchor` has been moved into a dialog, or out of one. */
  isInPlace(anchor: Element): boolean {
    return layerOf(anchor) === this.#layer;
  }

  open(): void {
    this.#phase = "open";
    if (openLinks++ === 0) pageOverflow = document.body.style.overflow;
    this.#handler.open();
    this.#stage?.show?.();
  }

  /** Asks Link to leave, and takes it away if it does not answer. */
  exit(unanswered: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.destroy();
      unanswered();
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
  #finish(callback: () => void): void {
    if (this.#phase !== "open") return;
    this.#phase = "finished";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.destroy(), LINK_FLUSH_MS);
    queueMicrotask(() => {
      unlockPage();
      if (this.#phase === "finished") callback();
    });
    // Last: it may throw where Plaid has taken its frame away already.
    this.#stage?.hide?.();
  }
}
