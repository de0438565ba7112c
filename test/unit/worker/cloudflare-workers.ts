/** For Durable Objects in Node: their base class does no more than keep what it is given. Import it before them. */
import { registerHooks } from "node:module";

const BASE_CLASS = `export class DurableObject { constructor(ctx, env) { this.ctx = ctx; this.env = env; } }`;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "cloudflare:workers"
      ? { url: `data:text/javascript,${encodeURIComponent(BASE_CLASS)}`, shortCircuit: true }
      : next(specifier, context),
});
