/**
 * Screenshots of the built element: `npm run screenshots` after `npm run build`. All states and an example theme, light
 * and dark, are combined in component/images/states.png, the picture of the READMEs. Other cases are written to
 * test/.artifacts/screenshots.
 */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "puppeteer-core";
import sharp from "sharp";
import { launch } from "../engines.ts";
import {
  answerRequest,
  BACKGROUND,
  OTHERS,
  play,
  type Scheme,
  type Screenshot,
  STATES,
  screenshotPage,
  THEMED,
} from "./screenshot-page.ts";

const ORIGIN = "http://bank.test";
const ARTIFACTS = fileURLToPath(new URL("../.artifacts/screenshots/", import.meta.url));
const PICTURE = fileURLToPath(new URL("../../component/images/states.png", import.meta.url));
const PICTURE_WIDTH = 900;
const PICTURE_MAX_BYTES = 200_000;
const SCHEMES: Scheme[] = ["light", "dark"];

/** A page that shows what its address says, as does each frame in it. */
async function openPage(browser: Browser, screenshots: Screenshot[], sheet: string): Promise<Page> {
  const page = await browser.newPage();
  await page.setRequestInterception(true);
  page.on("request", async (request) => {
    const url = new URL(request.url());
    if (url.pathname === "/sheet") {
      return request.respond({ contentType: "text/html; charset=utf-8", body: sheet });
    }
    // A frame's requests belong to the screenshot in the frame's own address.
    const { searchParams } = url.pathname === "/screenshot" ? url : new URL(request.frame()?.url() ?? "");
    const screenshot = screenshots[Number(searchParams.get("index"))];
    if (!screenshot) return request.abort();
    if (url.pathname !== "/screenshot") return answerRequest(request, screenshot);
    const body = await screenshotPage(screenshot, searchParams.get("scheme") as Scheme);
    return request.respond({ contentType: "text/html; charset=utf-8", body });
  });
  return page;
}

/** Two columns, light and dark, a row for each state. */
function sheet(screenshots: Screenshot[]): string {
  const column = (scheme: Scheme) => {
    const figures = screenshots.map(
      ({ name }, index) =>
        `<figure><figcaption>${name}</figcaption>
         <iframe src="/screenshot?index=${index}&scheme=${scheme}" style="color-scheme:${scheme}"></iframe></figure>`,
    );
    return `<section style="${BACKGROUND[scheme]}">${figures.join("")}</section>`;
  };
  return `<!doctype html><html lang="en"><style>
    body { display: grid; grid-template-columns: 1fr 1fr; margin: 0; font: 13px/1.3 ui-monospace, monospace; }
    section { display: contents; }
    section > figure { grid-column: 1; padding: 14px 8px 0; background: inherit; }
    section + section > figure { grid-column: 2; }
    figure { margin: 0; }
    figure:last-child { padding-block-end: 12px; }
    figcaption { margin-inline-start: 8px; opacity: 0.7; }
    iframe { display: block; inline-size: 100%; block-size: 0; border: 0; }
    </style>${SCHEMES.map(column).join("")}</html>`;
}

async function takeStates(browser: Browser): Promise<void> {
  const screenshots = [...STATES, THEMED];
  const page = await openPage(browser, screenshots, sheet(screenshots));
  await page.setViewport({ width: PICTURE_WIDTH, height: 1_000, deviceScaleFactor: 2 });
  await page.goto(`${ORIGIN}/sheet`);
  const frames = page.frames().filter((frame) => frame.url().includes("/screenshot?"));
  await Promise.all(
    frames.map((frame) =>
      play(frame, screenshots[Number(new URL(frame.url()).searchParams.get("index"))] as Screenshot),
    ),
  );
  await page.evaluate(
    (places) => {
      const figures = [...document.querySelectorAll("figure")];
      for (const [index, figure] of figures.entries()) {
        const row = (index % (figures.length / 2)) + 1;
        figure.style.gridRow = String(row);
        figure.style.cssText += places[figure.parentElement === document.querySelector("section") ? 0 : 1];
        const frame = figure.querySelector("iframe") as HTMLIFrameElement;
        const body = frame.contentDocument?.body;
        frame.style.blockSize = `${(body?.scrollHeight ?? 0) + 16}px`;
      }
    },
    SCHEMES.map((scheme) => `;${BACKGROUND[scheme]}`),
  );
  const picture = await page.screenshot({ fullPage: true });
  await page.close();
  // A few colours and their shades: a palette holds them all.
  const { size } = await sharp(picture)
    .png({ palette: true, compressionLevel: 9, effort: 10 })
    .toFile(PICTURE);
  console.log(`component/images/states.png: ${Math.round(size / 1_000)} kB`);
  if (size > PICTURE_MAX_BYTES) throw new Error(`states.png is above ${PICTURE_MAX_BYTES} bytes`);
}

async function takeOthers(browser: Browser): Promise<void> {
  await mkdir(ARTIFACTS, { recursive: true });
  for (const scheme of SCHEMES) {
    for (const [index, screenshot] of OTHERS.entries()) {
      const page = await openPage(browser, OTHERS, "");
      await page.setViewport({ width: screenshot.width ?? 520, height: 220, deviceScaleFactor: 2 });
      await page.goto(`${ORIGIN}/screenshot?index=${index}&scheme=${scheme}`);
      await play(page.mainFrame(), screenshot);
      await page.screenshot({ path: `${ARTIFACTS}${screenshot.name}-${scheme}.png` });
      await page.close();
    }
  }
}

const browser = await launch("chromium");
try {
  await takeStates(browser);
  await takeOthers(browser);
} finally {
  await browser.close();
}
