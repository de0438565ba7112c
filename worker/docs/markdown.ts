/** Tables in Markdown documents, between markers that say where they come from. Pure. */

/** Padded like a formatter pads it, so that formatting the document changes nothing. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = [head, ...rows].map((cells) => cells.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...escaped.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [first = [], ...others] = escaped;
  return [line(first), line(widths.map((width) => "-".repeat(width))), ...others.map(line)].join("\n");
}

/** `null` if the document lacks the markers of this table. */
export function withTable(document: string, name: string, table: string): string | null {
  const begin = `<!-- ${name}: written by \`npm run tables\` -->`;
  const end = `<!-- /${name} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from === -1 || to === -1) return null;
  return `${document.slice(0, from + begin.length)}\n${table}\n${document.slice(to)}`;
}
