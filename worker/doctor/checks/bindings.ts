/** Whether the bindings of wrangler.toml exist and work. */
import type { ConfigVariables } from "../../config.ts";
import type { DoctorItem } from "../../contract.ts";
import type { Env } from "../../env.ts";
import { failed, ok } from "../items.ts";

/** What is bound besides variables and secrets. */
type Binding = Exclude<keyof Env, keyof ConfigVariables>;

/** No request uses this key: theirs are hashes. */
const UNUSED_KEY = "doctor";

/** Each throws, or returns false, if its binding is missing or does not work. */
const trials: Readonly<Record<Binding, (env: Env) => unknown>> = {
  // Deriving an id creates no object.
  LEDGER: ({ LEDGER }) => LEDGER.idFromName(UNUSED_KEY),
  ACCESS_TOKENS: ({ ACCESS_TOKENS }) => ACCESS_TOKENS.idFromName(UNUSED_KEY),
  SWEEP: ({ SWEEP }) => present(SWEEP).idFromName(UNUSED_KEY),
  IDEMPOTENCY: ({ IDEMPOTENCY }) => IDEMPOTENCY.get(UNUSED_KEY),
  RATE_LIMITER: ({ RATE_LIMITER }) => present(RATE_LIMITER).limit({ key: UNUSED_KEY }),
  ASSETS: async ({ ASSETS }) => {
    const found = await present(ASSETS).fetch("https://assets.local/bank-link.js", { method: "HEAD" });
    return found.ok;
  },
};

const WHAT_TO_DO: Readonly<Record<Binding, string>> = {
  LEDGER: "Bind the Durable Object class Ledger as LEDGER, with its migration.",
  ACCESS_TOKENS: "Bind the Durable Object class AccessTokens as ACCESS_TOKENS, with its migration.",
  SWEEP: "Bind the Durable Object class Sweep as SWEEP, with its migration.",
  IDEMPOTENCY: "Bind a dedicated KV namespace as IDEMPOTENCY.",
  RATE_LIMITER: "Bind a rate limit as RATE_LIMITER.",
  ASSETS: "Run npm run build and bind dist/ as ASSETS; otherwise another server has to serve the element.",
};

export function checkBindings(env: Env): Promise<DoctorItem[]> {
  return Promise.all(
    Object.entries(trials).map(async ([name, trial]) => {
      const [id, title] = [`binding.${name}`, `The binding ${name} works`];
      return (await works(trial, env)) ? ok(id, title) : failed(id, title, WHAT_TO_DO[name as Binding]);
    }),
  );
}

async function works(trial: (env: Env) => unknown, env: Env): Promise<boolean> {
  try {
    return (await trial(env)) !== false;
  } catch {
    return false;
  }
}

function present<T>(binding: T | undefined): T {
  if (binding === undefined) throw new Error("not bound");
  return binding;
}
