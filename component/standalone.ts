/** Everything in one file, including Lit, for pages without a bundler that serve the file themselves. */
import "./define.ts";

export * from "./index.ts";
