/** Builds dist/bank-link.js, the file that the Worker serves: Lit inside, other languages as hashed chunks on use. */
import { rm } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** design.md, section 9: English, with Lit. */
const MAX_GZIP_BYTES = 15_000;

const sizeLimit: Plugin = {
  name: "size-limit",
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      // Notes to bundlers; nobody bundles this file.
      if (file.type === "chunk") file.code = file.code.replaceAll("/* @__PURE__ */ ", "");
    }
    // What a page loads before any other language: the entry and whatever it imports statically.
    const wanted = ["bank-link.js"];
    for (const name of wanted) {
      const file = bundle[name];
      if (file?.type === "chunk")
        wanted.push(...file.imports.filter((imported) => !wanted.includes(imported)));
    }
    const bytes = wanted.reduce((sum, name) => {
      const file = bundle[name];
      return file?.type === "chunk" ? sum + gzipSync(file.code, { level: 9 }).length : sum;
    }, 0);
    this.info(
      `bank-link.js with all that it needs in English: ${bytes} bytes gzip (at most ${MAX_GZIP_BYTES})`,
    );
    if (bytes > MAX_GZIP_BYTES) this.error(`bank-link.js has grown to ${bytes} bytes gzip`);
  },
};

/** The names of chunks are hashes, so those of earlier builds would stay for ever. */
const staleChunks: Plugin = {
  name: "stale-chunks",
  buildStart: () => rm(new URL("../dist/chunks", import.meta.url), { recursive: true, force: true }),
};

/** White space inside the templates and the style sheet, which no minifier of scripts may touch. */
const templateSpace: Plugin = {
  name: "template-space",
  transform(code, id) {
    if (/\/component\/(view|icons)\.ts$/.test(id)) return code.replace(/\s*\n\s*(?=<)|(?<=>)\s*\n\s*/g, "");
    if (/\/component\/styles\.ts$/.test(id)) {
      return code
        .replace(/\/\*.*?\*\//gs, "")
        .replace(/\s+/g, " ")
        .replace(/ ?([{};,>]) ?/g, "$1")
        .replace(/: /g, ":")
        .replace(/;}/g, "}")
        .replace(/="([\w-]+)"]/g, "=$1]")
        .replace(/\b0\./g, ".");
    }
    return null;
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [staleChunks, templateSpace, sizeLimit],
  build: {
    outDir: "../dist",
    // The first step of the build: what the Worker's steps add comes after.
    emptyOutDir: true,
    target: "es2023",
    modulePreload: false,
    minify: true,
    reportCompressedSize: false,
    lib: { entry: { "bank-link": "served.ts" }, formats: ["es"] },
    rolldownOptions: {
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        // Vite leaves the white space of a library to whoever bundles it; this file goes to browsers as it is.
        minify: true,
      },
    },
  },
});
