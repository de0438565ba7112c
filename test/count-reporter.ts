/** A node:test reporter that prints nothing and writes the counts to the file named by TEST_COUNTS. */
import { writeFileSync } from "node:fs";
import type { TestEvent } from "node:test/reporters";

export default async function* countTests(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for await (const event of events) {
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    // A suite is a heading, unless its own code failed: then its tests are not reported, and node exits with 0.
    if (event.data.details.type === "suite" && !failedItself(event)) continue;
    if (event.data.skip !== undefined || event.data.todo !== undefined) count.skipped++;
    else if (event.type === "test:pass") count.passed++;
    else count.failed++;
  }
  const file = process.env.TEST_COUNTS;
  if (file) writeFileSync(file, JSON.stringify(count));
  yield "";
}

function failedItself(event: TestEvent): boolean {
  if (event.type !== "test:fail") return false;
  const error: Error & { failureType?: string } = event.data.details.error;
  return error.failureType !== "subtestsFailed";
}
