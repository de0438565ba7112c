/** A node:test reporter that prints nothing and writes the counts to the file named by TEST_COUNTS. */
import { writeFileSync } from "node:fs";
import type { TestEvent } from "node:test/reporters";

export default async function* countTests(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for await (const event of events) {
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    // Suites are headings; a file counts as a test only if it could not be run.
    if (event.data.details.type === "suite") continue;
    if (event.data.skip !== undefined || event.data.todo !== undefined) count.skipped++;
    else if (event.type === "test:pass") count.passed++;
    else count.failed++;
  }
  const file = process.env.TEST_COUNTS;
  if (file) writeFileSync(file, JSON.stringify(count));
  yield "";
}
