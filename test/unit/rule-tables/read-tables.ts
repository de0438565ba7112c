/** The tables of test/rules.md that say which test holds what. Pure. */

export interface Row {
  /** The heading above the table. */
  section: string;
  /** The rule, the code or the move. */
  subject: string;
  /** `null`: open. */
  tests: NamedTest[] | null;
}

export interface NamedTest {
  /** As it is named in the table: seen from test/. */
  file: string;
  title: string;
}

/** @throws where a row names neither a test nor that it is open. */
export function readTables(markdown: string): Row[] {
  const rows: Row[] = [];
  let section = "";
  let isTable = false;
  for (const line of markdown.split("\n")) {
    section = /^#+ (.+)$/.exec(line)?.[1] ?? section;
    const [subject, cell, ...others] = cellsOf(line);
    if (subject === undefined || cell === undefined || others.length > 0) isTable = false;
    else if (cell === "test") isTable = true;
    else if (isTable && !/^-+$/.test(cell)) addTo(rows, section, subject, cell);
  }
  return rows;
}

function cellsOf(line: string): string[] {
  const inner = /^\|(.+)\|$/.exec(line)?.[1];
  return inner === undefined ? [] : inner.split("|").map((cell) => cell.trim());
}

/** A line without a subject names one more test of the row above. */
function addTo(rows: Row[], section: string, subject: string, cell: string): void {
  const above = subject === "" ? rows.at(-1) : undefined;
  if (above) above.tests?.push(namedTest(cell));
  else rows.push({ section, subject, tests: cell.startsWith("**open**: ") ? null : [namedTest(cell)] });
}

function namedTest(cell: string): NamedTest {
  const [, file, title] = /^`([^`]+)` (.+)$/.exec(cell) ?? [];
  if (!file || !title) throw new Error(`no test is named in: ${cell}`);
  return { file, title };
}
