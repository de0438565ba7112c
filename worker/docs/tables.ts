/** The tables that documents show, made of the same sources as the API's document. Pure. */
import { PROBLEMS } from "../problems/registry.ts";
import { markdownTable, withTable } from "./markdown.ts";
import { routes } from "./routes.ts";

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

/** Which document shows which. */
export const documents: Readonly<Record<string, readonly (keyof typeof tables)[]>> = {
  "README.md": ["codes"],
  "worker/README.md": ["routes", "codes"],
};

/** @throws where a table has no place in the document */
export function withTables(file: string, document: string): string {
  return (documents[file] ?? []).reduce((text, name) => {
    const written = withTable(text, name, tables[name]());
    if (written === null) throw new Error(`${file} has no markers for the table of ${name}`);
    return written;
  }, document);
}
