import type { DoctorItem } from "../../contract.ts";

const MARKS = { ok: "✓", failed: "✗", unknown: "?" } as const;

/** A line for each item, what to do beneath it, and the count. */
export function renderItems(items: readonly DoctorItem[]): string {
  const lines = items.flatMap(({ title, result, detail }) => [
    `${MARKS[result]} ${title}`,
    ...(detail === "" ? [] : [`    ${detail}`]),
  ]);
  const count = (result: DoctorItem["result"]) =>
    `${items.filter((item) => item.result === result).length} ${MARKS[result]}`;
  return [...lines, "", [count("ok"), count("failed"), count("unknown")].join("  ")].join("\n");
}
