/** The element in a real engine. BROWSERS=chromium,firefox,webkit chooses; what is not installed is an error, not a skip. */
import { fileURLToPath } from "node:url";
import { esbuildPlugin } from "@web/dev-server-esbuild";
import { chromeLauncher } from "@web/test-runner-chrome";

const rootDir = fileURLToPath(new URL("../..", import.meta.url));
const wanted = (process.env.BROWSERS ?? "chromium").split(",");

async function chromium() {
  const executablePath =
    process.env.CHROME_PATH || (await (await import("@sparticuz/chromium")).default.executablePath());
  return chromeLauncher({
    launchOptions: {
      executablePath,
      headless: true,
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
    },
  });
}

/** Firefox and WebKit come with Playwright, where it is installed. */
async function playwright(product) {
  const { playwrightLauncher } = await import("@web/test-runner-playwright");
  return playwrightLauncher({ product });
}

export default {
  rootDir,
  files: ["test/browser/**/*.test.ts"],
  nodeResolve: { exportConditions: ["development", "browser"] },
  concurrency: 1,
  browsers: await Promise.all(wanted.map((name) => (name === "chromium" ? chromium() : playwright(name)))),
  plugins: [esbuildPlugin({ ts: true, target: "es2022", tsconfig: `${rootDir}component/tsconfig.json` })],
  testFramework: { config: { ui: "bdd", timeout: 5_000 } },
  testsFinishTimeout: 120_000,
};
