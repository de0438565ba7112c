/** Aligned columns for a terminal: the first to the left, the figures to the right. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [text[0], rule, ...text.slice(1)].join("\n");
}

export const ms = (value: number) => `${value.toFixed(0)} ms`;
export const bytes = (value: number) => `${value.toLocaleString("en")} B`;
export const count = (value: number) => value.toLocaleString("en");
export const ratio = (value: number) => `× ${value.toFixed(2)}`;
