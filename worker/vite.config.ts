/** Builds dist/lib/worker.js, which `bank-link/worker` names: our own code, with the dependencies left outside. */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: "../dist/lib",
    emptyOutDir: false,
    target: "es2023",
    minify: false,
    lib: { entry: { worker: "embed.ts" }, formats: ["es"] },
    rolldownOptions: { external: [/^cloudflare:/, /^(hono|jose|zod|standardwebhooks)(\/|$)/] },
  },
});
