import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  createLink,
  createSession,
  exitLink,
  finalizeLink,
  finalizeRefresh,
} from "../../../worker/contract.ts";
import { openApiDocument } from "../../../worker/docs/document.ts";

interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  [key: string]: unknown;
}

/** Every object in it that names its fields. */
function objectsIn(value: unknown): Schema[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "properties" in value && "type" in value ? [value as Schema] : [];
  return [...own, ...Object.values(value).flatMap(objectsIn)];
}

const objects = objectsIn(openApiDocument().components.schemas);

describe("every shape", () => {
  test("names its fields in snake_case", () => {
    assert.ok(objects.length > 10);
    for (const { properties = {} } of objects) {
      for (const name of Object.keys(properties)) assert.match(name, /^[a-z]+(_[a-z]+)*$/);
    }
  });

  test("of a request body rejects unknown fields, at any depth", () => {
    const bodies = [
      [createSession, { customer_id: "c" }],
      [createLink, {}],
      [finalizeLink, { public_token: "p", account: { id: "a" }, institution: { id: "i", name: "n" } }],
      [finalizeRefresh, {}],
      [exitLink, { error: { type: "t", code: "c" } }],
    ] as const;
    for (const [schema, body] of bodies) {
      assert.ok(schema.safeParse(body).success);
      assert.ok(!schema.safeParse({ ...body, surprise: 1 }).success);
      for (const [field, value] of Object.entries(body)) {
        if (typeof value !== "object") continue;
        const deeper = { ...body, [field]: { ...value, surprise: 1 } };
        assert.ok(!schema.safeParse(deeper).success, field);
      }
    }
  });
});
