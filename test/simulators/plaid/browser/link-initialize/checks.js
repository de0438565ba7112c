/** What `create()` checks first: its options, and the browser. */

const KNOWN_KEYS = [
  "token",
  "onSuccess",
  "onExit",
  "onEvent",
  "onLoad",
  "receivedRedirectUri",
  // Legacy.
  "env",
  "key",
];

export function checkConfig(config) {
  if (config.env === "production") return;
  const unknown = Object.keys(config).filter((name) => !KNOWN_KEYS.includes(name));
  if (unknown.length > 0) console.warn(`Plaid.create: unknown options were passed: ${unknown.join(", ")}`);
  if ((config.token ?? config.key ?? null) === null) {
    throw new Error("Missing Link parameter. Link requires a token.");
  }
  if (typeof config.onSuccess !== "function") {
    throw new Error("Missing Link parameter. Link requires onSuccess.");
  }
}

/** Leaves nothing on the page, but a policy without inline styles reports the style sheet. */
export function testBrowser() {
  const probe = document.createElement("div");
  const style = document.createElement("style");
  style.textContent = "#plaid-link-probe { position: absolute }";
  probe.id = "plaid-link-probe";
  probe.append(style);
  document.body.append(probe);
  probe.remove();
}
