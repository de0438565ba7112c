/** Everything in one file, Lit inside: for pages that have no bundler, and serve the file themselves. */
import "./define.ts";

export * from "./index.ts";
