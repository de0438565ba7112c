/** The shapes as JSON Schema, each field with its sentence. */
import * as z from "zod";
import { fieldSentences } from "./field-sentences.ts";
import { type ShapeName, shapes } from "./shapes.ts";

export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  description?: string;
  default?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
}

export function schemaReference(name: ShapeName): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** By the shape's name. A shape inside another is a reference. */
export function componentSchemas(): Record<ShapeName, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, shape] of Object.entries(shapes)) registry.add(shape, { id });
  // What a caller sends and reads, before defaults are filled in; the contract transforms nothing.
  const { schemas } = z.toJSONSchema(registry, { io: "input", uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema, $id, ...schema }]) => [
      name,
      withSentences(schema as JsonSchema, name as ShapeName),
    ]),
  ) as Record<ShapeName, JsonSchema>;
}

/** In a union, the fields of each variant get theirs. */
function withSentences(schema: JsonSchema, name: ShapeName): JsonSchema {
  if (schema.oneOf) return { ...schema, oneOf: schema.oneOf.map((variant) => withSentences(variant, name)) };
  const sentences: Record<string, string> = fieldSentences[name];
  const properties = Object.entries(schema.properties ?? {}).map(([field, property]) => [
    field,
    { ...property, description: sentences[field] },
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}
