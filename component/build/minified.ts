/** How to build a minified file that browsers load directly, and how large it may be. */
import { gzipSync } from "node:zlib";
import type { BuildEnvironmentOptions, Plugin, Rolldown } from "vite";

/** For `vite`'s `build`: one entry with everything that it imports; other languages are hashed chunks. */
export function minified(name: string, entry: string): BuildEnvironmentOptions {
  return {
    target: "es2023",
    modulePreload: false,
    minify: true,
    reportCompressedSize: false,
    lib: { entry: { [name]: entry }, formats: ["es"] },
    rolldownOptions: {
      // Inlines the limits of limits.ts.
      optimization: { inlineConst: { mode: "all", pass: 2 } },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        // Vite keeps a library's white space for bundlers; browsers load this file directly.
        minify: true,
      },
    },
  };
}

/** Removes annotations for bundlers, which a minified file does not need. */
export const withoutNotes: Plugin = {
  name: "without-notes",
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === "chunk") file.code = file.code.replaceAll("/* @__PURE__ */ ", "");
    }
  },
};

/** Lit's license requires its notice wherever its code is: one line in the file, and the text in a file beside it. */
export const LICENSES = "LICENSES.md";

export const litNotice: Plugin = {
  name: "lit-notice",
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === "chunk" && file.isEntry) {
        file.code = `/*! Lit © Google LLC: ${LICENSES} */\n${file.code}`;
      }
    }
  },
};

/** Fails the build when what a page loads in English is larger than `maxBytes`. */
export function sizeLimit(what: string, maxBytes: number): Plugin {
  return {
    name: "size-limit",
    generateBundle(_options, bundle) {
      report(this, what, gzipBytes(Object.values(bundle)), maxBytes);
    },
  };
}

export function report(context: Rolldown.PluginContext, what: string, bytes: number, maxBytes: number): void {
  context.info(`${what}: ${bytes} bytes gzip (at most ${maxBytes})`);
  if (bytes > maxBytes) context.error(`${what} has grown to ${bytes} bytes gzip`);
}

type OutputFile = Rolldown.OutputChunk | Rolldown.OutputAsset;

/** The entry, and whatever it imports statically. */
export function gzipBytes(files: OutputFile[]): number {
  const chunks = files.filter((file) => file.type === "chunk");
  const wanted = new Set(chunks.filter(({ isEntry }) => isEntry));
  for (const { imports } of wanted) {
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) wanted.add(chunk);
  }
  return [...wanted].reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
}
