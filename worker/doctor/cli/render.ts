import type { DoctorItem } from "../../contract.ts";

const MARKS = { ok: "✓", failed: "✗", unknown: "?" } as const;

/** One line per item, what to do below it, and the counts. */
export function renderItems(items: readonly DoctorItem[]): string {
  const lines = items.flatMap(({ title, result, detail }) => [
    `${MARKS[result]} ${title}`,
    ...(detail === "" ? [] : [`    ${detail}`]),
  ]);
  const count = (result: DoctorItem["result"]) =>
    `${items.filter((item) => item.result === result).length} ${MARKS[result]}`;
  return [...lines, "", [count("ok"), count("failed"), count("unknown")].join("  ")].join("\n");
}
