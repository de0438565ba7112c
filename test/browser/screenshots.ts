/**
 * Pictures of the built element: `npm run screenshots` after `npm run build`. All states and an example theme, light and
 * dark, become the one picture of the READMEs, component/images/states.png; what else is worth a look lands in
 * test/.artifacts/screenshots.
 */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "puppeteer-core";
import sharp from "sharp";
import { launch } from "../engines.ts";
import {
  answerShot,
  BACKGROUND,
  OTHERS,
  play,
  type Scheme,
  type Shot,
  STATES,
  shotPage,
  THEMED,
} from "./shots.ts";

const ORIGIN = "http://bank.test";
const ARTIFACTS = fileURLToPath(new URL("../.artifacts/screenshots/", import.meta.url));
const PICTURE = fileURLToPath(new URL("../../component/images/states.png", import.meta.url));
const PICTURE_WIDTH = 900;
const PICTURE_MAX_BYTES = 200_000;
const SCHEMES: Scheme[] = ["light", "dark"];

/** A page whose address says what it shows, and of which each frame does so for itself. */
async function openPage(browser: Browser, shots: Shot[], sheet: string): Promise<Page> {
  const page = await browser.newPage();
  await page.setRequestInterception(true);
  page.on("request", async (request) => {
    const url = new URL(request.url());
    if (url.pathname === "/sheet") {
      return request.respond({ contentType: "text/html; charset=utf-8", body: sheet });
    }
    // What a frame asks for belongs to the shot that the frame's own address names.
    const { searchParams } = url.pathname === "/shot" ? url : new URL(request.frame()?.url() ?? "");
    const shot = shots[Number(searchParams.get("shot"))];
    if (!shot) return request.abort();
    if (url.pathname !== "/shot") return answerShot(request, shot);
    const body = await shotPage(shot, searchParams.get("scheme") as Scheme);
    return request.respond({ contentType: "text/html; charset=utf-8", body });
  });
  return page;
}

/** Two columns, light and dark, a row for each state. */
function sheet(shots: Shot[]): string {
  const column = (scheme: Scheme) => {
    const figures = shots.map(
      ({ name }, index) =>
        `<figure><figcaption>${name}</figcaption>
         <iframe src="/shot?shot=${index}&scheme=${scheme}" style="color-scheme:${scheme}"></iframe></figure>`,
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
  const shots = [...STATES, THEMED];
  const page = await openPage(browser, shots, sheet(shots));
  await page.setViewport({ width: PICTURE_WIDTH, height: 1_000, deviceScaleFactor: 2 });
  await page.goto(`${ORIGIN}/sheet`);
  const frames = page.frames().filter((frame) => frame.url().includes("/shot?"));
  await Promise.all(
    frames.map((frame) => play(frame, shots[Number(new URL(frame.url()).searchParams.get("shot"))] as Shot)),
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
  // A few colours and many of their shades: a palette holds all that anybody sees.
  const { size } = await sharp(picture)
    .png({ palette: true, compressionLevel: 9, effort: 10 })
    .toFile(PICTURE);
  console.log(`component/images/states.png: ${Math.round(size / 1_000)} kB`);
  if (size > PICTURE_MAX_BYTES) throw new Error(`states.png is above ${PICTURE_MAX_BYTES} bytes`);
}

async function takeOthers(browser: Browser): Promise<void> {
  await mkdir(ARTIFACTS, { recursive: true });
  for (const scheme of SCHEMES) {
    for (const [index, shot] of OTHERS.entries()) {
      const page = await openPage(browser, OTHERS, "");
      await page.setViewport({ width: shot.width ?? 520, height: 220, deviceScaleFactor: 2 });
      await page.goto(`${ORIGIN}/shot?shot=${index}&scheme=${scheme}`);
      await play(page.mainFrame(), shot);
      await page.screenshot({ path: `${ARTIFACTS}${shot.name}-${scheme}.png` });
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
