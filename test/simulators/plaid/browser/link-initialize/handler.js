/** What `Plaid.create()` returns, and how it hears Link's frame. */
import { decode, encode } from "../messages.js";
import { checkConfig, testBrowser } from "./checks.js";
import { makeOverlay } from "./overlay.js";

// Counted per load of the script: loaded twice, both copies begin at 1, and ids repeat.
let handlersMade = 0;

export function createHandler(config, linkOrigin) {
  checkConfig(config);
  testBrowser();
  handlersMade += 1;
  const id = handlersMade;
  const overlay = makeOverlay(id, config.token, linkOrigin);
  let ready = false;
  let opened = false;
  let openedBeforeReady = false;
  let destroyed = false;

  const tell = (verb, detail) =>
    overlay.frame.contentWindow?.postMessage(encode(id, verb, detail), linkOrigin);

  // Neither event.origin nor event.source is looked at: whoever has a handle of the window can forge a success.
  function onMessage({ data }) {
    const message = decode(id, data);
    switch (message?.verb) {
      case "ready-for-configure":
        tell("configure", { config: { receivedRedirectUri: config.receivedRedirectUri } });
        return;
      case "ready":
        // Again after the frame has been loaded anew; then an open() that came after the first ready is lost.
        ready = true;
        config.onLoad?.();
        if (opened && openedBeforeReady) tell("open");
        return;
      case "event":
        config.onEvent?.(message.name, message.metadata);
        return;
      case "resize":
        document.documentElement.style.setProperty("height", `${message.height}px`, "important");
        return;
      case "redirect":
        window.location.assign(message.url);
        return;
      case "connected":
        // Called before anything is put away: if it throws, the overlay and the lock stay.
        config.onSuccess(message.metadata.public_token, message.metadata);
        close();
        return;
      case "exit":
        config.onExit?.(message.error, message.metadata);
        close();
        return;
    }
  }

  function close() {
    if (!opened) return;
    opened = false;
    overlay.hide();
  }

  window.addEventListener("message", onMessage);

  return {
    open() {
      if (destroyed) throw new Error("Plaid Link was destroyed: create a new handler.");
      opened = true;
      openedBeforeReady = !ready;
      overlay.show();
      if (ready) tell("open");
    },
    exit(options) {
      if (options !== undefined && typeof options !== "object") {
        throw new Error("Plaid Link: exit() takes an object, or nothing.");
      }
      // Only a message: an iframe that is dead never calls back.
      if (opened) tell("exit", options && { config: options });
    },
    destroy() {
      if (destroyed) return;
      destroyed = true;
      window.removeEventListener("message", onMessage);
      overlay.remove();
    },
  };
}
