/** What a page loads, and what a Worker starts: minified, after gzip, in English. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { weigh } from "../../component/build/weigh.ts";
import { bytes, ratio, table } from "./table.ts";

const ROOT = join(import.meta.dirname, "../..");
const COMPONENT = join(ROOT, "component");

/** The size of Cybrid's own widget: not downloaded here, so a constant. */
const CYBRID_WIDGET_BYTES = 307_000;

export async function sizes(): Promise<string> {
  const withLit = gzipped(await readFile(join(ROOT, "dist/bank-link.js")));
  const rows: [string, number][] = [
    ["<bank-link> with Lit", withLit],
    ["<bank-link> without Lit", await weigh(COMPONENT, "define.ts", [/^lit(\/|$)/])],
    ["an empty Lit element", await weigh(import.meta.dirname, "empty-element.ts")],
    ["Cybrid's own widget (as published)", CYBRID_WIDGET_BYTES],
    ["the Worker's bundle", await workerBytes()],
  ];
  return table(
    ["gzip, minified", "size", "of <bank-link>"],
    rows.map(([name, size]) => [name, bytes(size), ratio(size / withLit)]),
  );
}

async function workerBytes(): Promise<number> {
  const folder = join(ROOT, "dist/worker");
  const scripts = (await readdir(folder)).filter((name) => name.endsWith(".js"));
  const codes = await Promise.all(scripts.map((name) => readFile(join(folder, name))));
  return codes.reduce((sum, code) => sum + gzipped(code), 0);
}

function gzipped(code: Buffer): number {
  return gzipSync(code, { level: 9 }).length;
}
