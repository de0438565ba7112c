/**
 * Link's part inside the page. It repeats what the real script was seen to do, faults included, since those
 * are what an integration must survive; contracts about them are tested in test/e2e/simulators/plaid-link.test.ts.
 */
(() => {
  const SCRIPT_PATH = "/link/v2/stable/link-initialize.js";
  const FRAME_PATH = "/link/v2/stable/link.html";
  const NARROW_VIEWPORT = "(max-width: 479px)";
  const KNOWN_KEYS = [
    "token",
    "onSuccess",
    "onExit",
    "onEvent",
    "onLoad",
    "receivedRedirectUri",
    "env",
    "key",
  ];

  let linkOrigin;
  // Counted per load of this script: loaded twice, both copies begin at 1, and ids repeat.
  let handlersMade = 0;

  function create(config) {
    const unknown = Object.keys(config).filter((key) => !KNOWN_KEYS.includes(key));
    if (unknown.length > 0) console.warn(`Plaid.create: unknown options were passed: ${unknown.join(", ")}`);
    if (config.token === null || config.token === undefined) {
      throw new Error("Missing Link parameter. Link requires a token.");
    }
    if (typeof config.onSuccess !== "function") {
      throw new Error("Missing Link parameter. Link requires onSuccess.");
    }

    handlersMade += 1;
    const frameId = `plaid-link-iframe-${handlersMade}`;
    const overflowAtCreate = document.body.style.overflow;
    const frame = makeFrame(frameId, config);
    let loaded = false;
    let opened = false;
    let destroyed = false;
    let focusedAtOpen = null;
    let showPageAgain = null;

    const tell = (verb, detail = {}) =>
      frame.contentWindow?.postMessage({ action: `plaid_link-${frameId}::${verb}`, ...detail }, linkOrigin);

    // Neither event.origin nor event.source is looked at: whoever knows the id can forge a success.
    function onMessage({ data }) {
      const [target, verb] = String(data?.action).split("::");
      if (target !== `plaid_link-${frameId}`) return;
      switch (verb) {
        case "ready":
          // Also after the page has moved the iframe, which loads it anew.
          loaded = true;
          config.onLoad?.();
          if (opened) tell("open");
          return;
        case "event":
          config.onEvent?.(data.name, data.metadata);
          return;
        case "redirect":
          window.location.assign(data.url);
          return;
        case "connected":
          // Called before anything is put away: if it throws, the overlay and the lock stay.
          config.onSuccess(data.public_token, data.metadata);
          close();
          return;
        case "exit":
          config.onExit?.(data.error, data.metadata);
          close();
          return;
      }
    }

    function close() {
      if (opened) putAway();
      focusedAtOpen?.focus();
    }

    function putAway() {
      opened = false;
      frame.style.display = "none";
      document.body.style.overflow = overflowAtCreate;
      showPageAgain?.();
      showPageAgain = null;
    }

    window.addEventListener("message", onMessage);
    document.body.append(frame);

    return {
      open() {
        if (destroyed) throw new Error("Plaid Link was destroyed: create a new handler.");
        if (opened) return;
        opened = true;
        focusedAtOpen = document.activeElement;
        frame.style.display = "block";
        document.body.style.overflow = "hidden";
        if (window.matchMedia(NARROW_VIEWPORT).matches) showPageAgain = hidePage(frame);
        frame.focus();
        if (loaded) tell("open");
      },
      exit(options) {
        // Only a message: an iframe that is dead never calls back.
        if (opened) tell("exit", { force: options?.force === true });
      },
      destroy() {
        if (destroyed) return;
        destroyed = true;
        window.removeEventListener("message", onMessage);
        // Also when it was never opened: whatever the page has set since create() is lost.
        putAway();
        frame.remove();
      },
    };
  }

  function makeFrame(frameId, config) {
    const url = new URL(FRAME_PATH, linkOrigin);
    url.searchParams.set("frame", frameId);
    url.searchParams.set("token", config.token);
    if (config.receivedRedirectUri) url.searchParams.set("receivedRedirectUri", config.receivedRedirectUri);
    const frame = document.createElement("iframe");
    frame.id = frameId;
    frame.title = "Plaid Link";
    frame.src = url.href;
    // A frame whose colour scheme differs from its document's is painted opaque.
    frame.style.cssText =
      "position:fixed;inset:0;z-index:2147483647;display:none;width:100%;height:100%;border:0;color-scheme:light";
    return frame;
  }

  /** On a small screen Link takes the page's place; the answer brings the page back. */
  function hidePage(frame) {
    const { documentElement, body } = document;
    const { id } = documentElement;
    const hidden = [...body.children]
      .filter((element) => element !== frame)
      .map((element) => ({ element, display: element.style.display }));
    documentElement.id = "plaid-link-open";
    for (const { element } of hidden) element.style.display = "none";
    window.scrollTo(0, 0);
    return () => {
      documentElement.id = id;
      for (const { element, display } of hidden) element.style.display = display;
    };
  }

  function createEmbedded() {
    throw new Error("The stand-in has no embedded Link.");
  }

  window.Plaid = { create, createEmbedded, version: "2.0.0-stand-in" };

  // A tag inside a shadow root is not found here, nor is a script that was put in as text.
  const script = [...document.querySelectorAll("script[src]")].find(
    ({ src }) => new URL(src).pathname === SCRIPT_PATH,
  );
  if (!script) throw new Error("Failed to find script");
  linkOrigin = new URL(script.src).origin;
})();
