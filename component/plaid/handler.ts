/** One Plaid Link, from `Plaid.create()` to `destroy()`. */
import type { ExitLink, FinalizeLink, FinalizeRefresh, LinkMode } from "../../worker/contract.ts";
import { BankLinkError } from "../errors.ts";
import { LINK_EXIT_GRACE_MS, LINK_FLUSH_MS, LINK_LOAD_TIMEOUT_MS } from "../limits.ts";
import { containerFor, layerOf } from "./frame-container.ts";
import { readEvent, readExit, readSuccess } from "./metadata.ts";
import { rememberPage, restorePage } from "./page-hold.ts";
import type { PlaidConfig, PlaidError, PlaidExitMetadata, PlaidFactory, PlaidHandler } from "./sdk.ts";

export interface HandlerOptions {
  token: string;
  /** A `refresh` is Plaid's update mode: its success carries no public token. */
  mode: LinkMode;
  /** The address that a bank's redirect led to; `null` on a first launch. */
  receivedRedirectUri: string | null;
  onSuccess(result: FinalizeLink | FinalizeRefresh | BankLinkError): void;
  onExit(exit: ExitLink, displayMessage: string | null): void;
  onEvent(name: string, metadata: Record<string, string>): void;
}

export interface PlaidLinkHandler {
  /** Resolves when Plaid Link is ready to open. @throws BankLinkError `link_timeout` */
  readonly loaded: Promise<void>;
  /** False once the anchor has been moved into a dialog or a popover, or out of one. */
  isInPlace(): boolean;
  open(): void;
  /** Asks Plaid Link to close, and destroys it if it does not answer. */
  exit(): void;
  /** Removes the frame; no callback runs after this. */
  destroy(): void;
}

/**
 * Starts loading at once, hidden.
 * @param anchor what Plaid Link is opened from; its place decides where the frame can be used
 */
export function createHandler(
  plaid: PlaidFactory,
  anchor: Element,
  { token, mode, receivedRedirectUri, ...options }: HandlerOptions,
): PlaidLinkHandler {
  const layer = layerOf(anchor);
  let phase: "idle" | "open" | "closed" | "destroyed" = "idle";
  let timer: ReturnType<typeof setTimeout> | undefined;

  // Plaid leaves its overlay up and the page locked when a callback throws, so ours only queue a microtask. Only a Plaid
  // Link that is open is heard, and only once.
  function closing<Values extends unknown[]>(callback: (...values: Values) => void) {
    return (...values: Values) => {
      if (phase !== "open") return;
      phase = "closed";
      clearTimeout(timer);
      timer = setTimeout(destroy, LINK_FLUSH_MS);
      queueMicrotask(() => {
        restorePage();
        if (phase === "closed") callback(...values);
      });
      // Last, because it throws where Plaid has removed its frame already.
      container?.hide?.();
    };
  }

  function destroy() {
    if (phase === "destroyed") return;
    const wasOpen = phase === "open";
    phase = "destroyed";
    clearTimeout(timer);
    // Plaid's destroy() ends its hold on the page once more: it moves focus, on phones also the scroll position and the
    // id of <html>. By now they belong to the page or to another Plaid Link, unless this one is open.
    if (wasOpen) {
      const { overflow } = document.body.style;
      try {
        handler.destroy();
      } catch {
        // Plaid looks for its frame where it put it, which may be in our container now. That is removed below.
      }
      document.body.style.overflow = overflow;
      restorePage();
    }
    for (const element of added) element.remove();
    container?.root.remove();
  }

  const exited = (error: PlaidError | null, metadata: PlaidExitMetadata | null) =>
    options.onExit(readExit(error, metadata), error?.display_message ?? null);

  const loading = Promise.withResolvers<void>();
  const config: PlaidConfig = {
    token,
    ...(receivedRedirectUri && { receivedRedirectUri }),
    onLoad: loading.resolve,
    onSuccess: closing((publicToken, metadata) =>
      options.onSuccess(readSuccess(mode, publicToken, metadata)),
    ),
    onExit: closing(exited),
    onEvent(name, metadata) {
      if (phase === "open" || phase === "closed")
        queueMicrotask(() => options.onEvent(name, readEvent(metadata)));
    },
  };
  const [handler, added] = create(plaid, config);
  const frame = added.find((element) => element.matches("iframe"));
  const container = frame && containerFor(frame, layer);
  timer = setTimeout(() => loading.reject(new BankLinkError("link_timeout")), LINK_LOAD_TIMEOUT_MS);

  return {
    loaded: loading.promise,
    isInPlace: () => layerOf(anchor) === layer,
    open() {
      clearTimeout(timer);
      timer = undefined;
      phase = "open";
      rememberPage();
      handler.open();
      container?.show?.();
    },
    exit() {
      if (phase !== "open") return;
      timer ??= setTimeout(() => {
        destroy();
        exited(null, null);
      }, LINK_EXIT_GRACE_MS);
      handler.exit({ force: true });
    },
    destroy,
  };
}

/** With what Plaid has put on the page for it: its frame, and on a phone a style sheet. */
function create(plaid: PlaidFactory, config: PlaidConfig): [PlaidHandler, HTMLElement[]] {
  const all = () => [...document.querySelectorAll<HTMLElement>("iframe,style")];
  const before = all();
  const added = () => all().filter((element) => !before.includes(element));
  try {
    return [plaid.create(config), added()];
  } catch (thrown) {
    for (const element of added()) element.remove();
    throw thrown;
  }
}
