/** The OpenAPI 3.1 document, generated from the table of routes and the contract's shapes. Pure. */
import { PROBLEMS } from "../problems/registry.ts";
import { VERSION } from "../version.ts";
import { componentSchemas, schemaReference } from "./component-schemas.ts";
import { COMMON_RESPONSE_HEADERS, type ResponseHeader, requestHeaders, responseHeaders } from "./headers.ts";
import { type Answer, type Route, routes, type Who } from "./routes.ts";

const SECURITY: Readonly<Record<Who, readonly Record<string, never[]>[]>> = {
  session: [{ session: [] }],
  key: [{ key: [] }],
  "session or key": [{ session: [] }, { key: [] }],
  all: [],
};

export function openApiDocument() {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "bank-link",
      version: VERSION,
      summary: "Links bank accounts through Plaid Link on Cybrid and Lynx.",
      description: "JSON in and out. Unknown fields are rejected. Errors are problems (RFC 9457).",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        session: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "A session token, for browsers: names the customer.",
        },
        key: { type: "http", scheme: "bearer", description: "An API key, for the host's server." },
      },
      parameters: Object.fromEntries(
        Object.entries(requestHeaders).map(([name, { required, description }]) => [
          name,
          { name, in: "header", required, description, schema: { type: "string" } },
        ]),
      ),
      headers: Object.fromEntries(
        Object.entries(responseHeaders).flatMap(([name, description]) => [
          [name, { required: true, description, schema: { type: "string" } }],
          [`Optional-${name}`, { required: false, description, schema: { type: "string" } }],
        ]),
      ),
    },
  };
}

function operation(route: Route) {
  return {
    operationId: route.operationId,
    summary: route.summary,
    security: SECURITY[route.who],
    parameters: parameters(route),
    ...(route.body && {
      requestBody: { required: true, content: { "application/json": { schema: oneOf(route.body) } } },
    }),
    responses: { ...successes(route), ...errors(route) },
  };
}

function parameters({ path, query = {}, headers = [] }: Route) {
  const schema = { type: "string" };
  return [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: "path", required: true, schema })),
    ...Object.entries(query).map(([name, { required, description }]) => ({
      name,
      in: "query",
      required,
      description,
      schema,
    })),
    ...headers.map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
}

function oneOf(names: NonNullable<Route["body"]>) {
  const [only, ...others] = names.map(schemaReference);
  return others.length === 0 ? only : { anyOf: [only, ...others] };
}

function successes({ answers }: Route) {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { shape, when, headers, optionalHeaders }]: [string, Answer]) => [
      status,
      {
        description: when,
        headers: headersOf([...COMMON_RESPONSE_HEADERS, ...(headers ?? [])], optionalHeaders),
        ...(shape && { content: { "application/json": { schema: schemaReference(shape) } } }),
      },
    ]),
  );
}

/** One response per status; its schema names the codes that it may have. */
function errors({ problems, headers }: Route) {
  const preference = headers?.includes("Prefer") ? (["Preference-Applied"] as const) : [];
  const byStatus = Map.groupBy(new Set(problems), (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(" "),
        headers: headersOf(
          [...COMMON_RESPONSE_HEADERS, ...(status === 401 ? (["WWW-Authenticate"] as const) : [])],
          [
            ...preference,
            ...(codes.some((code) => PROBLEMS[code].retryable) ? (["Retry-After"] as const) : []),
          ],
        ),
        content: {
          "application/problem+json": {
            schema: {
              allOf: [
                schemaReference("Problem"),
                { type: "object", properties: { code: { enum: codes } }, required: ["code"] },
              ],
            },
          },
        },
      },
    ]),
  );
}

function headersOf(required: readonly ResponseHeader[], optional: readonly ResponseHeader[] = []) {
  return Object.fromEntries([
    ...required.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
    ...optional.map((name) => [name, { $ref: `#/components/headers/Optional-${name}` }]),
  ]);
}
