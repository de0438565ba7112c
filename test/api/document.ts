/** Holds answers of the real Worker against its OpenAPI document: status, headers and body. */
import assert from "node:assert/strict";
import * as z from "zod";
import { COMMON_RESPONSE_HEADERS, responseHeaders } from "../../worker/docs/headers.ts";

interface Response {
  headers: Record<string, { $ref: string }>;
  content?: Record<string, { schema: object }>;
}
interface Operation {
  operationId: string;
  responses: Record<string, Response>;
}
export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; headers: Record<string, { required: boolean }> };
}

interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** The operation that was called, once its answer has been found to be as documented; `null` where there is none. */
export function assertDocumented(
  document: Document,
  method: string,
  path: string,
  { status, headers, body }: Answer,
): string | null {
  const operation = operationOf(document, method, new URL(path, "http://worker").pathname);
  if (!operation) return null;
  const call = `${operation.operationId} ${status}`;
  const documented = operation.responses[status];
  assert.ok(documented, `${call} is not in the document: ${JSON.stringify(body)}`);
  assertHeaders(document, documented, headers, call);
  assertBody(document, documented, headers.get("Content-Type"), body, call);
  return operation.operationId;
}

function operationOf(document: Document, method: string, path: string): Operation | undefined {
  // A path without parameters goes before one that has some.
  const candidates = Object.keys(document.paths).sort(
    (left, right) => Number(left.includes("{")) - Number(right.includes("{")),
  );
  const found = candidates.find((template) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
  return document.paths[found ?? ""]?.[method.toLowerCase()];
}

function assertHeaders(document: Document, documented: Response, headers: Headers, call: string): void {
  for (const name of Object.keys(responseHeaders)) {
    const reference = documented.headers[name];
    const definition = reference && document.components.headers[reference.$ref.split("/").at(-1) ?? ""];
    if (definition?.required) assert.ok(headers.has(name), `${call} lacks ${name}`);
    if (headers.has(name)) assert.ok(definition, `${call} has ${name}, which the document does not know`);
  }
  for (const name of COMMON_RESPONSE_HEADERS) assert.ok(headers.has(name), `${call} lacks ${name}`);
}

function assertBody(
  { components }: Document,
  { content }: Response,
  type: string | null,
  body: unknown,
  call: string,
): void {
  if (!content) {
    assert.equal(body, null, `${call} has a body`);
    return;
  }
  const schema = content[type ?? ""]?.schema;
  assert.ok(schema, `${call} is ${type}`);
  const self = JSON.stringify({ ...schema, $defs: components.schemas });
  const shape = z.fromJSONSchema(JSON.parse(self.replaceAll("#/components/schemas/", "#/$defs/")));
  const parsed = shape.safeParse(body);
  assert.ok(parsed.success, `${call}: ${parsed.error?.message} in ${JSON.stringify(body)}`);
}
