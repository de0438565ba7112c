/** A JSON body, checked against its shape before anything else happens. */
import type * as z from "zod";
import { ERRORS_MAX } from "../limits.ts";
import { refuse } from "../problems/problem.ts";
import type { AppContext } from "./context.ts";

/** @throws RefusalError `invalid_request` with a JSON pointer (RFC 6901) for each fault. */
export async function readJson(c: AppContext): Promise<unknown> {
  const type = c.req.header("Content-Type") ?? "";
  if (!/^application\/json(?:\s*;|$)/i.test(type.trim())) {
    refuse("invalid_request", { detail: "Send the body as Content-Type: application/json." });
  }
  try {
    return JSON.parse(await c.req.text());
  } catch (error) {
    if (error instanceof SyntaxError) refuse("invalid_request", { detail: "The body is not valid JSON." });
    throw error;
  }
}

/** @throws RefusalError */
export function checkShape<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  return refuse("invalid_request", {
    errors: parsed.error.issues.slice(0, ERRORS_MAX).flatMap((issue) =>
      // The pointer names the unknown field itself, not the object around it.
      issue.code === "unrecognized_keys"
        ? issue.keys.slice(0, ERRORS_MAX).map((key) => ({
            detail: "is not a known field",
            pointer: pointerTo([...issue.path, key]),
          }))
        : [{ detail: issue.message, pointer: pointerTo(issue.path) }],
    ),
  });
}

function pointerTo(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1").slice(0, 128)}`)
    .join("");
}
