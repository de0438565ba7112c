/**
 * `vite build --config component/vite.config.ts` builds dist/bank-link.js, the file that the Worker serves. With
 * `--mode standalone` it builds dist/lib/standalone.min.js, and with `--mode package` the modules for bundlers, dist/lib.
 */
import { rm } from "node:fs/promises";
import { defineConfig, type Plugin, type UserConfig } from "vite";
import { LICENSES, litNotice, minified, report, sizeLimit, withoutNotes } from "./build/minified.ts";
import { templateSpace } from "./build/template-space.ts";
import { weigh } from "./build/weigh.ts";

/** What a page may have to load in English, with Lit and without. */
const MAX_GZIP_BYTES = 15_500;
const MAX_GZIP_BYTES_WITHOUT_LIT = 10_000;

const root = import.meta.dirname;
const LIT = /^lit(\/|$)/;

/** Chunks have hashed names, so those of earlier builds would never be overwritten. */
function staleChunks(folder: string): Plugin {
  return {
    name: "stale-chunks",
    buildStart: () => rm(new URL(`${folder}/chunks`, import.meta.url), { recursive: true, force: true }),
  };
}

/** With Lit inside, and the text of its license beside the file. */
function withLit(name: string, entry: string, outDir: string, emptyOutDir: boolean): UserConfig {
  return {
    root,
    plugins: [
      staleChunks(outDir),
      templateSpace,
      withoutNotes,
      litNotice,
      sizeLimit(`${name}.js with all that it needs in English`, MAX_GZIP_BYTES),
    ],
    build: { ...minified(name, entry), outDir, emptyOutDir, license: { fileName: LICENSES } },
  };
}

/** What a page that has Lit already has to load, in one minified file, as a bundler would build it. */
const sizeWithoutLit: Plugin = {
  name: "size-without-lit",
  async buildStart() {
    const bytes = await weigh(root, "define.ts", [LIT]);
    report(this, "<bank-link> without Lit in English", bytes, MAX_GZIP_BYTES_WITHOUT_LIT);
  },
};

const configs: Record<string, UserConfig> = {
  // The first step of the build, so it empties the folder.
  production: withLit("bank-link", "served.ts", "../dist", true),
  standalone: withLit("standalone.min", "standalone.ts", "../dist/lib", false),
  package: {
    root,
    plugins: [templateSpace, sizeWithoutLit],
    build: {
      outDir: "../dist/lib",
      emptyOutDir: false,
      target: "es2023",
      minify: false,
      lib: {
        entry: ["index.ts", "define.ts", "standalone.ts", "react.ts", "vue.ts"],
        formats: ["es"],
      },
      rolldownOptions: {
        external: LIT,
        // One class for `.` and `./define`, and a bundler can drop every module that is not imported.
        output: { preserveModules: true, entryFileNames: "[name].js" },
      },
    },
  },
};

export default defineConfig(({ mode }) => configs[mode] ?? {});
