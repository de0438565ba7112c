/** The readable page at /docs: routes, fields, headers and codes as tables, in one file that loads nothing. Pure. */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import { PROBLEMS, type ProblemCode } from "../problems/registry.ts";
import { problemSlug } from "../problems/slug.ts";
import { VERSION } from "../version.ts";
import { componentSchemas, type JsonSchema } from "./component-schemas.ts";
import { requestHeaders, responseHeaders } from "./headers.ts";
import { joined, type Markup, sentence, table } from "./markup.ts";
import { type Route, routes } from "./routes.ts";
import type { ShapeName } from "./shapes.ts";
import { stylesheet } from "./stylesheet.ts";
import { typeText } from "./type-text.ts";

export async function docsPage(): Promise<string> {
  const hash = createHash("sha256").update(stylesheet).digest("base64");
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<link rel="icon" href="data:,">
<title>bank-link API</title>
<style>${raw(stylesheet)}</style>
</head>
<body>
<header>
<h1>bank-link API</h1>
<p>Version ${VERSION} · <a href="/openapi.json">OpenAPI 3.1</a></p>
<nav><a href="#routes">Routes</a> <a href="#shapes">Shapes</a> <a href="#headers">Headers</a> <a href="#codes">Codes</a></nav>
</header>
<main>
<p>JSON in and out; unknown fields are rejected. A <em>session</em> is a short-lived token for one customer, used by browsers; a <em>key</em> is an API key, used by servers. Both are bearer tokens.</p>
<h2 id="routes">Routes</h2>
${overview()}
${routes.map(routeSection)}
<h2 id="shapes">Shapes</h2>
${Object.entries(componentSchemas()).map(([name, schema]) => shapeSection(name, schema))}
<h2 id="headers">Headers</h2>
${headerTables()}
<h2 id="codes">Codes</h2>
<p>Every error is a problem (RFC 9457) with one of these codes. <em>Only in a link</em>: not an HTTP error, but the problem inside a failed link.</p>
${codeTable()}
</main>
</body>
</html>
`;
  return page.toString();
}

function overview(): Markup {
  return table(
    ["Route", "Who", "What"],
    routes.map(({ method, path, who, summary, operationId }) => [
      html`<a href="#${operationId}"><code>${method.toUpperCase()} ${path}</code></a>`,
      who,
      sentence(summary),
    ]),
  );
}

function routeSection(route: Route): Markup {
  const { method, path, who, summary, operationId, query = {}, headers = [], body, answers } = route;
  const inputs = [
    ...Object.entries(query).map(([name, { description }]) => [
      html`<code>?${name}=</code>`,
      sentence(description),
    ]),
    ...headers.map((name) => [
      html`<code>${name}</code>${requestHeaders[name].required ? "" : " (optional)"}`,
      html`<a href="#headers">see below</a>`,
    ]),
    ...(body ? [["Body", joined(body.map(shapeLink), " or ")]] : []),
  ];
  return html`<section id="${operationId}">
<h3><code>${method.toUpperCase()} ${path}</code></h3>
<p>${sentence(summary)} Called by: ${who}.</p>
${inputs.length > 0 ? table(["Input", "Meaning"], inputs) : ""}
${table(
  ["Status", "Body", "When"],
  Object.entries(answers).map(([status, { shape, when }]) => [
    status,
    shape ? shapeLink(shape) : "none",
    sentence(when),
  ]),
)}
${route.problems.length > 0 ? html`<p>Errors: ${joined([...new Set(route.problems)].map(codeLink), ", ")}.</p>` : ""}
</section>
`;
}

function shapeSection(name: string, schema: JsonSchema): Markup {
  const { properties = {}, required = [] } = schema.oneOf ? merged(schema.oneOf) : schema;
  return html`<section id="${name}">
<h3>${name}</h3>
${table(
  ["Field", "Type", "Meaning"],
  Object.entries(properties).map(([field, schema]) => [
    html`<code>${field}</code>${required.includes(field) ? "" : " (optional)"}`,
    typeText(schema),
    sentence(schema.description ?? ""),
  ]),
)}
</section>
`;
}

/** The variants of a union as one shape: a field has the types that it has in any of them. */
function merged(variants: readonly JsonSchema[]): JsonSchema {
  const names = new Set(variants.flatMap(({ properties = {} }) => Object.keys(properties)));
  const properties = [...names].map((name) => {
    const fields = variants.flatMap(({ properties = {} }) => properties[name] ?? []);
    return [name, { anyOf: fields, ...(fields[0]?.description && { description: fields[0].description }) }];
  });
  const required = [...names].filter((name) => variants.every((variant) => variant.required?.includes(name)));
  return { properties: Object.fromEntries(properties), required };
}

function headerTables(): Markup {
  return html`${table(
    ["Request header", "Meaning"],
    Object.entries(requestHeaders).map(([name, { description }]) => [
      html`<code>${name}</code>`,
      sentence(description),
    ]),
  )}
${table(
  ["Response header", "Meaning"],
  Object.entries(responseHeaders).map(([name, description]) => [
    html`<code>${name}</code>`,
    sentence(description),
  ]),
)}`;
}

function codeTable(): Markup {
  return table(
    ["Code", "Status", "Meaning", "Retry helps", "What to do"],
    Object.entries(PROBLEMS).map(([code, { status, title, retryable, detail }]) => [
      html`<code id="${problemSlug(code as ProblemCode)}">${code}</code>`,
      status === null ? "only in a link" : String(status),
      title,
      retryable ? "yes" : "no",
      detail,
    ]),
  );
}

function shapeLink(name: ShapeName): Markup {
  return html`<a href="#${name}">${name}</a>`;
}

function codeLink(code: ProblemCode): Markup {
  return html`<a href="#${problemSlug(code)}"><code>${code}</code></a>`;
}
