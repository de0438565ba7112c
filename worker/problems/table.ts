/** The table of codes in the documents, made of the registry. Pure. */
import { PROBLEMS } from "./registry.ts";

const BEGIN = "<!-- problems: written by `npm run error-table` -->";
const END = "<!-- /problems -->";

export function problemTable(): string {
  const rows = Object.entries(PROBLEMS).map(([code, { status, title, retryable, detail }]) =>
    row(`\`${code}\``, status === null ? "in a link" : String(status), title, retryable ? "yes" : "no", detail),
  );
  return [
    row("code", "HTTP status", "title", "retry helps", "what to do"),
    row("---", "---", "---", "---", "---"),
    ...rows,
  ].join("\n");
}

/** `null` where the document has no place for the table. */
export function withProblemTable(markdown: string): string | null {
  const begin = markdown.indexOf(BEGIN);
  const end = markdown.indexOf(END, begin);
  if (begin === -1 || end === -1) return null;
  return `${markdown.slice(0, begin + BEGIN.length)}\n${problemTable()}\n${markdown.slice(end)}`;
}

function row(...cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
