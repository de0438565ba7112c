import { html } from "hono/html";
import type { JsonSchema } from "./component-schemas.ts";
import { joined, type Markup } from "./markup.ts";

const REFERENCE = "#/components/schemas/";

/** A schema's type in words, such as `string | null, at most 128 characters`. */
export function typeText(schema: JsonSchema): Markup {
  const alternatives = alternativesOf(schema);
  // The variants of a union often have the same type.
  const each = new Map(alternatives.map((alternative) => [JSON.stringify(alternative), alternative]));
  return joined([...each.values()].map(alternativeText), " | ");
}

/** The members of a union, flattened. */
function alternativesOf({ description, ...schema }: JsonSchema): JsonSchema[] {
  if (schema.enum) return schema.enum.map((value) => ({ enum: [value] }));
  return schema.anyOf ? schema.anyOf.flatMap(alternativesOf) : [schema];
}

function alternativeText(schema: JsonSchema): Markup {
  const { $ref, items, properties, required = [] } = schema;
  if ($ref?.startsWith(REFERENCE)) {
    const name = $ref.slice(REFERENCE.length);
    return html`<a href="#${name}">${name}</a>`;
  }
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum) return html`<code>${schema.enum.join()}</code>`;
  if (items) return html`list of ${typeText(items)}`;
  if (properties) {
    const fields = Object.entries(properties).map(
      ([name, field]) => html`<code>${name}${required.includes(name) ? "" : "?"}</code>: ${typeText(field)}`,
    );
    return html`{ ${joined(fields, ", ")} }`;
  }
  return html`${[schema.type ?? "anything"].flat().join(" | ")}${limitsText(schema)}`;
}

function limitsText({ minimum, maximum, maxLength, default: usual }: JsonSchema): string {
  const limits = [
    // A greater maximum is only JavaScript's own.
    ...(minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
      ? [`${minimum} to ${maximum}`]
      : []),
    ...(maxLength !== undefined ? [`at most ${maxLength} characters`] : []),
    ...(usual !== undefined ? [`${usual} when left out`] : []),
  ];
  return limits.length > 0 ? `, ${limits.join(", ")}` : "";
}
