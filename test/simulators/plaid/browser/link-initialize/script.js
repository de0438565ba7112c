/** Runs as Plaid's script does: defines `window.Plaid`, then looks for its own tag. */
import { createHandler } from "./handler.js";

const SCRIPT_PATH = "/link/v2/stable/link-initialize.js";

let linkOrigin;

if (window.Plaid) console.warn("Plaid's link-initialize.js is on this page more than once.");

window.Plaid = {
  create: (config) => createHandler(config, linkOrigin),
  createEmbedded() {
    throw new Error("The stand-in has no embedded Link.");
  },
  version: "2.0.0-stand-in",
  web3: {},
};

// Not found: a tag inside a shadow root, one whose address has a query string, a script that was put in as text.
const script = [...document.querySelectorAll("script[src]")].find(({ src }) => src.endsWith(SCRIPT_PATH));
if (!script) throw new Error("Failed to find script");
linkOrigin = new URL(script.src).origin;
