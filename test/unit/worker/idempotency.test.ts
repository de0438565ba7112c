import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type * as z from "zod";
import { componentSchemas, type JsonSchema } from "../../../worker/docs/component-schemas.ts";
import { routes } from "../../../worker/docs/routes.ts";
import { type ShapeName, shapes } from "../../../worker/docs/shapes.ts";
import { fingerprintOf, scopeOf } from "../../../worker/idempotency/fingerprint.ts";
import { parseIdempotencyKey } from "../../../worker/idempotency/key.ts";
import { RefusalError } from "../../../worker/problems/problem.ts";

describe("an Idempotency-Key", () => {
  test("is the same quoted and bare", () => {
    assert.equal(parseIdempotencyKey('"a key"'), "a key");
    assert.equal(parseIdempotencyKey(" a key "), "a key");
    assert.equal(parseIdempotencyKey('"a \\"b\\" \\\\"'), 'a "b" \\');
  });

  for (const bad of ['"unclosed', '""', "x".repeat(256), "ümlaut", '"a"b"']) {
    test(`is refused as ${bad.slice(0, 12)}`, () => {
      assert.throws(
        () => parseIdempotencyKey(bad),
        (error) => error instanceof RefusalError && error.refusal.code === "invalid_request",
      );
    });
  }

  test("is required", () => {
    for (const header of [undefined, "", "  "]) {
      assert.throws(
        () => parseIdempotencyKey(header),
        (error) => error instanceof RefusalError && error.refusal.code === "idempotency_key_missing",
      );
    }
  });
});

describe("a key's scope", () => {
  const owner = { environment: "sandbox", provider: "cybrid", customerId: "c" } as const;

  test("is a hash of environment, provider, customer, method, path and key", async () => {
    const scopes = await Promise.all([
      scopeOf(owner, "POST", "/v1/links", "k"),
      scopeOf({ ...owner, environment: "production" }, "POST", "/v1/links", "k"),
      scopeOf({ ...owner, provider: "lynx" }, "POST", "/v1/links", "k"),
      scopeOf({ ...owner, customerId: "d" }, "POST", "/v1/links", "k"),
      scopeOf(owner, "PUT", "/v1/links", "k"),
      scopeOf(owner, "POST", "/v1/links/1/finalize", "k"),
      scopeOf(owner, "POST", "/v1/links", "l"),
    ]);
    assert.equal(new Set(scopes).size, scopes.length);
    for (const scope of scopes) assert.match(scope, /^[0-9a-f]{64}$/);
  });
});

/**
 * A body of each shape that a route with an Idempotency-Key takes: every field, in the schema's order.
 * A key outlives a deployment, so a field that changes its place refuses the repeats of requests made before.
 */
const BODIES: Partial<Record<ShapeName, object>> = {
  CreateLink: { account_id: "a", redirect_uri: "https://a.example/", language: "en", reference: "r" },
  FinalizeLink: {
    public_token: "p",
    account: { id: "a", name: "n", mask: "0000", type: "depository", subtype: "checking" },
    institution: { id: "ins_1", name: "n" },
    link_session_id: "s",
  },
  FinalizeRefresh: { link_session_id: "s" },
};

describe("a fingerprint", () => {
  const idempotent = routes.filter(({ headers }) => headers?.includes("Idempotency-Key"));
  for (const name of new Set(idempotent.flatMap(({ body = [] }) => body))) {
    const shape: z.ZodType = shapes[name];
    const full = BODIES[name] ?? {};
    const valid = [...variantsOf(full)].filter((body) => shape.safeParse(body).success);

    test(`of ${name} is the same in every order of its fields, whichever are present`, () => {
      assert.deepEqual(fieldsOf(full), fieldsIn(componentSchemas()[name]), "a field is new, or has moved");
      assert.ok(valid.length > 2);
      for (const body of valid) {
        for (const reordered of ordersOf(body)) {
          // As zod parses in Node, and as it does in workerd, where no code may be generated.
          for (const jitless of [false, true]) {
            assert.equal(JSON.stringify(shape.parse(reordered, { jitless })), JSON.stringify(body));
          }
        }
      }
    });

    test(`of ${name} depends on every field that is present`, async () => {
      const fingerprints = await Promise.all(valid.map((body) => fingerprintOf(shape.parse(body))));
      assert.equal(new Set(fingerprints).size, valid.length);
    });
  }

  test("depends on every value", async () => {
    const one = await fingerprintOf({ a: 1, b: { c: [1, 2], d: null } });
    assert.notEqual(await fingerprintOf({ a: 1, b: { c: [2, 1], d: null } }), one);
    assert.notEqual(await fingerprintOf({ a: 1, b: { c: [1, 2] } }), one);
  });
});

/** The body without each of its fields and with null in each, in every combination, at every depth. */
function* variantsOf(body: object): Generator<object> {
  const [first, ...others] = Object.entries(body);
  if (!first) return yield {};
  const [name, value] = first;
  for (const rest of variantsOf(Object.fromEntries(others))) {
    yield rest;
    yield { [name]: null, ...rest };
    for (const own of isObject(value) ? variantsOf(value) : [value]) yield { [name]: own, ...rest };
  }
}

/** Its fields rotated by each number of places, forwards and backwards, at every depth. */
function ordersOf(body: object): object[] {
  const reordered = (value: object, places: number, backwards: boolean): object => {
    const entries = Object.entries(value).map(([name, field]) => [
      name,
      isObject(field) ? reordered(field, places, backwards) : field,
    ]);
    const at = places % Math.max(1, entries.length);
    const rotated = [...entries.slice(at), ...entries.slice(0, at)];
    return Object.fromEntries(backwards ? rotated.reverse() : rotated);
  };
  return [0, 1, 2, 3, 4].flatMap((places) => [reordered(body, places, false), reordered(body, places, true)]);
}

function fieldsOf(body: object): string[] {
  return Object.entries(body).flatMap(([name, field]) => [
    name,
    ...(isObject(field) ? fieldsOf(field).map((inner) => `${name}.${inner}`) : []),
  ]);
}

function fieldsIn({ properties = {}, anyOf = [] }: JsonSchema): string[] {
  const own = Object.entries(properties).flatMap(([name, field]) => [
    name,
    ...fieldsIn(field).map((inner) => `${name}.${inner}`),
  ]);
  return [...own, ...anyOf.flatMap(fieldsIn)];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
