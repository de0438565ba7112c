import { HTTPException } from "hono/http-exception";
import * as z from "zod";

/** The body as the schema has it; a wrong one is rejected whole, with every reason. */
export function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const read = schema.safeParse(body);
  if (!read.success) throw new HTTPException(400, { message: z.prettifyError(read.error) });
  return read.data;
}
