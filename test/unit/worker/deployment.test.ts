/** wrangler.toml: what a deployment gets. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { unstable_readConfig } from "wrangler";

interface Binding {
  binding: string;
}
interface Named {
  name: string;
  class_name?: string;
}

const ENVIRONMENTS = [undefined, "staging", "production"];
const read = (env: string | undefined) =>
  unstable_readConfig({ config: "wrangler.toml", ...(env && { env }) }, { hideWarnings: true });

test("the compatibility date is at most a year behind the runtime that the tests use", () => {
  const { version } = JSON.parse(readFileSync("node_modules/workerd/package.json", "utf8"));
  const [, year, month, day] = /^1\.(\d{4})(\d{2})(\d{2})\./.exec(version) ?? [];
  const behindMs =
    Date.parse(`${year}-${month}-${day}`) - Date.parse(read(undefined).compatibility_date ?? "");
  assert.ok(behindMs >= 0 && behindMs < 365 * 86_400_000, `${behindMs / 86_400_000} days`);
});

describe("each environment has every binding, since wrangler inherits none", () => {
  for (const env of ENVIRONMENTS) {
    test(env ?? "the one without a name", () => {
      const config = read(env);
      assert.deepEqual(
        config.durable_objects.bindings.map(({ name, class_name }: Named) => [name, class_name]),
        [
          ["LEDGER", "Ledger"],
          ["ACCESS_TOKENS", "AccessTokens"],
          ["SWEEP", "Sweep"],
        ],
      );
      assert.deepEqual(
        config.kv_namespaces.map(({ binding }: Binding) => binding),
        ["IDEMPOTENCY"],
      );
      assert.deepEqual(
        config.ratelimits.map(({ name }: Named) => name),
        ["RATE_LIMITER"],
      );
      assert.equal(config.assets?.binding, "ASSETS");
      assert.equal(config.triggers.crons?.length, 1);
      for (const name of ["PROVIDERS", "ENVIRONMENT", "ALLOWED_ORIGINS", "REDIRECT_URIS"]) {
        assert.ok(name in config.vars, name);
      }
    });
  }
});
