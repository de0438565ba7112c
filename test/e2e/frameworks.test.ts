/** Properties, events and changes from real Vue and React, mounted before the element is defined and after. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { build, type Rolldown } from "vite";
import { withDemo } from "./demo-page.ts";
import { visitHostPage } from "./host-page.ts";
import { LinkPicker } from "./link-picker.ts";

const open = withDemo();

const FIXTURES = join(import.meta.dirname, "../fixtures/frameworks");

/** What the pages' scripts offer to the test. */
interface PageWindow {
  defineElement(): Promise<void>;
  change(changes: { label?: string; multiple?: boolean }): void;
}

/** In place of `session-url`: a function, which no attribute could pass. */
const GET_SESSION = `<script>
  window.getSession = async () => {
    const response = await fetch("/bank-link-session", { method: "POST" });
    return (await response.json()).token;
  };
</script>`;

for (const framework of ["vue", "react"]) {
  describe(framework, () => {
    let code = "";
    before(async () => {
      code = await bundle(`${framework}.js`);
    });

    for (const order of ["before", "after"]) {
      test(`sets properties and receives events, mounted ${order} the element is defined`, async () => {
        const customer = await open.customer();
        const { page } = customer;
        await visitHostPage(open.demo, page, {
          head: GET_SESSION,
          body: '<div id="app"></div>',
          scripts: { "/app.js": code },
          define: false,
        });
        const define = () => page.evaluate(() => (window as unknown as PageWindow).defineElement());
        if (order === "after") await define();
        await page.addScriptTag({ url: "/app.js", type: "module" });
        await page.waitForSelector("bank-link");
        if (order === "before") await define();

        const label = (text: string) =>
          page.waitForFunction(
            (wanted) =>
              document
                .querySelector("bank-link")
                ?.shadowRoot?.querySelector("button")
                ?.textContent?.trim() === wanted,
            {},
            text,
          );
        await label("From a framework");
        await page.evaluate(() =>
          (window as unknown as PageWindow).change({ label: "Changed", multiple: true }),
        );
        await label("Changed");

        await customer.click();
        await (await LinkPicker.open(page)).linkAccount();
        await customer.untilStatus("linked");
        await label("Link another account");
        assert.equal(await page.$eval("output", ({ textContent }) => textContent), "First Platypus Bank");
        assert.equal(customer.accounts().length, 1);
      });
    }
  });
}

/** One file, with everything that it imports from node_modules. */
async function bundle(entry: string): Promise<string> {
  const built = await build({
    root: FIXTURES,
    configFile: false,
    logLevel: "silent",
    define: {
      "process.env.NODE_ENV": '"production"',
      __VUE_OPTIONS_API__: "true",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    },
    build: { write: false, lib: { entry, formats: ["es"], fileName: "app" } },
  });
  const [{ output }] = built as [Rolldown.RolldownOutput];
  return output[0].code;
}
