/** The tables of worker/README.md, made of the same sources as the API's document. Pure. */
import { PROBLEMS } from "../problems/registry.ts";
import { markdownTable, withTable } from "./markdown.ts";
import { routes } from "./routes.ts";

/** By the name in their markers. */
export const tables = {
  routes: () =>
    markdownTable(
      ["route", "who", "what"],
      routes.map(({ method, path, who, summary }) => [`\`${method.toUpperCase()} ${path}\``, who, summary]),
    ),
  codes: () =>
    markdownTable(
      ["code", "HTTP status", "title", "retry helps", "what to do"],
      Object.entries(PROBLEMS).map(([code, { status, title, retryable, detail }]) => [
        `\`${code}\``,
        status === null ? "in a link" : String(status),
        title,
        retryable ? "yes" : "no",
        detail,
      ]),
    ),
} as const;

/** @throws where the document lacks the markers of a table */
export function withTables(document: string): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const written = withTable(text, name, table());
    if (written === null) throw new Error(`there are no markers for the table of ${name}`);
    return written;
  }, document);
}
