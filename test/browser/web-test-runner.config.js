/** The element in real engines, chosen by BROWSERS=chromium,firefox,webkit. One that is not installed is an error. */
import { fileURLToPath } from "node:url";
import { esbuildPlugin } from "@web/dev-server-esbuild";
import { defaultReporter, summaryReporter } from "@web/test-runner";
import { wantedEngines } from "../engines.ts";
import { countReporter } from "./count-reporter.js";
import { launchers } from "./launchers.js";

const rootDir = fileURLToPath(new URL("../..", import.meta.url));

/** The README's policy without what is for Plaid alone: its frame and its style sheets. */
const STRICT =
  "default-src 'none'; script-src 'nonce-n0nce' 'strict-dynamic'; connect-src 'self'; frame-src 'self'; " +
  "style-src-attr 'unsafe-inline'; require-trusted-types-for 'script'; trusted-types bank-link lit-html";

function strictPage(context, next) {
  if (context.path.endsWith("/strict-page.html")) context.set("Content-Security-Policy", STRICT);
  return next();
}

export default {
  rootDir,
  middleware: [strictPage],
  files: ["test/browser/**/*.test.ts"],
  nodeResolve: { exportConditions: ["development", "browser"] },
  concurrency: 1,
  browsers: await Promise.all(wantedEngines.map((name) => launchers[name]())),
  reporters: [summaryReporter(), defaultReporter(), countReporter()],
  plugins: [esbuildPlugin({ ts: true, target: "es2022", tsconfig: `${rootDir}component/tsconfig.json` })],
  testFramework: { config: { ui: "bdd", timeout: 5_000 } },
  testsFinishTimeout: 120_000,
};
