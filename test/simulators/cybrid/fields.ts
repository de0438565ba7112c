/** Validates request bodies, with the wording of Cybrid's 400 answers. */
import { apiError } from "./errors.ts";

export interface FieldRule {
  required?: boolean;
  min?: number;
  max?: number;
  oneOf?: readonly string[];
}

export type Fields<Names extends string> = { [Name in Names]?: string };

/** The named string fields of a body; `null` counts as absent, other fields are ignored. */
export function readFields<Names extends string>(
  body: unknown,
  rules: Record<Names, FieldRule>,
): Fields<Names> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw apiError(400, "invalid_value", "Invalid value. The request body must be a JSON object");
  }
  const given = body as Record<string, unknown>;
  const entries = Object.entries(rules) as [Names, FieldRule][];
  const missing = entries.filter(([name, rule]) => rule.required && (given[name] ?? null) === null);
  if (missing.length > 0) {
    throw missingParameter(missing.map(([name]) => name));
  }
  const fields: Fields<Names> = {};
  for (const [name, rule] of entries) {
    const value = given[name] ?? null;
    if (value === null) continue;
    if (typeof value !== "string") {
      throw apiError(400, "invalid_value", `Invalid value. ${name} must be a string`);
    }
    checkValue(name, value, rule);
    fields[name] = value;
  }
  return fields;
}

export function missingParameter(names: string[]) {
  return apiError(400, "missing_parameter", `Missing parameter. Required: ${names.join(", ")}`);
}

function checkValue(name: string, value: string, { min, max, oneOf }: FieldRule): void {
  if (oneOf && !oneOf.includes(value)) {
    throw apiError(
      400,
      "invalid_value",
      `Invalid value exception. Parameter: ${name} supported values: ${JSON.stringify(oneOf)}`,
    );
  }
  if (min !== undefined && value.length < min) {
    throw apiError(
      400,
      "invalid_value",
      `Invalid value. ${name} must be at the least ${min} characters long`,
    );
  }
  if (max !== undefined && value.length > max) {
    throw apiError(400, "invalid_value", `Invalid value. ${name} must be at the most ${max} characters long`);
  }
}
