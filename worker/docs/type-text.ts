import { html, type Markup } from "./markup.ts";
import type { JsonSchema } from "./shapes.ts";

const REFERENCE = "#/components/schemas/";

/** A schema's type as one reads it: `string | null`, at most 128 characters. */
export function typeText(schema: JsonSchema): Markup {
  const { $ref, anyOf, items, properties, required = [] } = schema;
  if ($ref?.startsWith(REFERENCE)) {
    const name = $ref.slice(REFERENCE.length);
    return html`<a href="#${name}">${name}</a>`;
  }
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum) return alternatives(schema.enum.map((value) => html`<code>${String(value)}</code>`));
  if (anyOf) return alternatives(anyOf.map(typeText));
  if (items) return html`list of ${typeText(items)}`;
  if (properties) {
    const fields = Object.entries(properties).map(
      ([name, field]) => html`<code>${name}${required.includes(name) ? "" : "?"}</code>: ${typeText(field)}`,
    );
    return { markup: `{ ${fields.map(({ markup }) => markup).join(", ")} }` };
  }
  return html`${[schema.type ?? "anything"].flat().join(" | ")}${limitsText(schema)}`;
}

/** Each once: the variants of a union often say the same. */
function alternatives(texts: readonly Markup[]): Markup {
  const each = new Set(texts.flatMap(({ markup }) => markup.split(" | ")));
  return { markup: [...each].join(" | ") };
}

function limitsText({ minimum, maximum, maxLength, default: usual }: JsonSchema): string {
  const limits = [
    // Beyond that the limit is JavaScript's own.
    ...(minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
      ? [`${minimum} to ${maximum}`]
      : []),
    ...(maxLength !== undefined ? [`at most ${maxLength} characters`] : []),
    ...(usual !== undefined ? [`${usual} when left out`] : []),
  ];
  return limits.length > 0 ? `, ${limits.join(", ")}` : "";
}
