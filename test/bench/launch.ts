/** From a click to Plaid's open(), against the stand-in: with preloading, without, and as pages do it by hand. */
import type { Page } from "puppeteer-core";
import type { DemoBrowser } from "../e2e/demo-page.ts";
import { ELEMENT, visitHostPage } from "../e2e/host-page.ts";
import { median, percentile } from "./statistics.ts";
import { ms, ratio, table } from "./table.ts";

/** Timestamps on the page's own clock. */
interface Marks {
  clicked: number;
  /** The later of script and link token. */
  fetched: number;
  created: number;
  loaded: number;
  opened: number;
}

type Variant = "preloaded" | "at the click" | "by hand";

export async function launchTimes(open: DemoBrowser, runs: number): Promise<string> {
  const marks: Record<Variant, Marks[]> = { preloaded: [], "at the click": [], "by hand": [] };
  for (let run = 0; run < runs; run++) {
    // In turn, so that other load on this machine affects all of them.
    for (const variant of Object.keys(marks) as Variant[]) marks[variant].push(await measure(open, variant));
  }
  const waits = (variant: Variant) => marks[variant].map(({ clicked, opened }) => opened - clicked);
  const own = marks["at the click"].map(
    ({ fetched, created, loaded, opened }) => created - fetched + (opened - loaded),
  );
  const byHand = median(waits("by hand"));
  const row = (name: string, values: number[]) => [
    name,
    ms(median(values)),
    ms(percentile(values, 0.95)),
    ratio(median(values) / byHand),
  ];
  return table(
    ["click → Plaid's open()", "median", "95th", "of by hand"],
    [
      row("after preload", waits("preloaded")),
      row('preload="none"', waits("at the click")),
      row("… of it our own, beyond script, token and frame", own),
      row("by hand: script, session, link, frame, one by one", waits("by hand")),
    ],
  );
}

async function measure(open: DemoBrowser, variant: Variant): Promise<Marks> {
  const customer = await open.customer();
  const { page } = customer;
  await page.evaluateOnNewDocument(watchPlaid);
  const { demo } = open;
  const body = variant === "by hand" ? byHand(demo.worker.url, demo.plaid.scriptUrl) : ELEMENT;
  await visitHostPage(demo, page, { body });
  if (variant === "preloaded") {
    await page.locator("bank-link >>> [part~=button]").hover();
    await page.$eval("bank-link", (element) => {
      (element as unknown as { preload: string }).preload = "load";
    });
    await customer.untilStatus("ready");
  }
  await page.evaluate((selector) => {
    const root = document.querySelector("bank-link")?.shadowRoot ?? document;
    const button = root.querySelector<HTMLButtonElement>(selector);
    (window as unknown as { marks: Partial<Marks> }).marks.clicked = performance.now();
    button?.click();
  }, "button");
  const marks = await marksOf(page);
  await page.browserContext().close();
  return marks;
}

async function marksOf(page: Page): Promise<Marks> {
  const done = await page.waitForFunction(() => {
    const { marks } = window as unknown as { marks: Partial<Marks> };
    if (marks.opened === undefined) return null;
    const ends = (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
      .filter(({ name }) => name.endsWith("/v1/links") || name.endsWith("link-initialize.js"))
      .map(({ responseEnd }) => responseEnd);
    return { ...marks, fetched: Math.max(...ends) };
  });
  return (await done.jsonValue()) as Marks;
}

/** Runs in the page before its own scripts: wraps Plaid's factory as soon as it is defined. */
function watchPlaid(): void {
  interface Handler {
    open(): void;
  }
  interface Factory {
    create(config: { onLoad?(): void }): Handler;
  }
  const page = window as unknown as { marks: Partial<Marks> };
  page.marks = {};
  let plaid: Factory | undefined;
  Object.defineProperty(window, "Plaid", {
    get: () => plaid,
    set(real: Factory) {
      plaid = {
        ...real,
        create(config) {
          page.marks.created = performance.now();
          const handler = real.create({
            ...config,
            onLoad() {
              page.marks.loaded ??= performance.now();
              config.onLoad?.();
            },
          });
          return {
            ...handler,
            open() {
              page.marks.opened ??= performance.now();
              handler.open();
            },
          };
        },
      };
    },
  });
}

/** As the guides show it: everything at the click, one step after the other, against the same API. */
function byHand(workerUrl: string, scriptUrl: string): string {
  return `<button>Link</button><script>
    document.querySelector("button").addEventListener("click", async () => {
      const script = document.createElement("script");
      script.src = "${scriptUrl}";
      document.head.append(script);
      await new Promise((resolve) => script.addEventListener("load", resolve));
      const session = await (await fetch("/bank-link-session", { method: "POST" })).json();
      const response = await fetch("${workerUrl}/v1/links", {
        method: "POST",
        headers: {
          Authorization: "Bearer " + session.token,
          "Content-Type": "application/json",
          "Idempotency-Key": crypto.randomUUID(),
        },
        body: "{}",
      });
      const { link_token: token } = await response.json();
      const handler = Plaid.create({ token, onSuccess() {}, onLoad: () => handler.open() });
    });
  </script>`;
}
