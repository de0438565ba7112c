/** The tables name tests that are there, and leave out no code, no move and nothing that the element shows. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { PROBLEMS } from "../../../worker/problems/registry.ts";
import { readTables } from "./read-tables.ts";
import { titlesOf } from "./test-titles.ts";

const FOLDER = join(import.meta.dirname, "../..");
const rows = ["rules.md"].flatMap((path) => readTables(readFileSync(join(FOLDER, path), "utf8")));
const named = rows.flatMap(({ tests }) => tests ?? []);

function subjectsOf(section: string): string[] {
  return rows.filter((row) => row.section === section).map(({ subject }) => subject.replaceAll("`", ""));
}

describe("every test that a row names is there", () => {
  for (const file of new Set(named.map((test) => test.file))) {
    test(file, async () => {
      const path = join(FOLDER, file);
      const there = path.endsWith(".md") ? headingsOf(path) : await titlesOf(path);
      const missing = named.filter((test) => test.file === file && !there.includes(test.title));
      assert.deepEqual(
        missing.map(({ title }) => title),
        [],
      );
    });
  }
});

/** A rule that something is written down is held by the heading under which it is. */
function headingsOf(path: string): string[] {
  return [...readFileSync(path, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
}

test("there is a row for every code of a problem", () => {
  assert.deepEqual(subjectsOf("Codes and their tests"), Object.keys(PROBLEMS));
});

test("there is a row for every move of a link, as the machine itself lists them", () => {
  const [comment = ""] = readFileSync(join(FOLDER, "../worker/ledger/link-machine.ts"), "utf8").split("*/");
  const moves = [...comment.matchAll(/([a-z]+(?:, [a-z]+)*) → ([a-z]+(?: \| [a-z]+)*)/g)].flatMap(
    ([, from = "", to = ""]) =>
      from.split(", ").flatMap((start) => to.split(" | ").map((end) => `${start} → ${end}`)),
  );
  assert.equal(moves.length, 9);
  const told = subjectsOf("Moves of a link and their tests");
  assert.deepEqual(
    moves.filter((move) => !told.includes(move)),
    [],
  );
});

test("there is a row for whatever the element's manifest describes", () => {
  const { modules } = JSON.parse(readFileSync(join(FOLDER, "../component/custom-elements.json"), "utf8"));
  const element = modules
    .flatMap(({ declarations }: { declarations: object[] }) => declarations)
    .find(({ tagName }: { tagName?: string }) => tagName === "bank-link");
  const { attributes, members, events, slots, cssParts, cssProperties, cssStates } = element;
  const described: { name: string }[] = [
    ...[attributes, members, events, slots, cssParts, cssProperties, cssStates].flat(),
  ];
  const names = described.map(({ name }) => name).filter((name) => name !== "");
  assert.ok(names.length > 70);
  const told = rows
    .filter(({ section }) => section.startsWith("The element: "))
    .map(({ subject }) => subject);
  const isTold = (name: string) =>
    told.some((subject) => subject.includes(`\`${name}\``) || subject.includes(`\`${name}()\``));
  assert.deepEqual(
    names.filter((name) => !isTold(name)),
    [],
  );
});

test("each complaint of the users of today's wrappers has its row", () => {
  assert.equal(
    subjectsOf("What users of today's wrappers complain of, and the test that guards against it").length,
    15,
  );
});

describe("a table", () => {
  const table = (...rows: string[]) =>
    ["## Rules", "", "| rule | test |", "| ---- | ---- |", ...rows].join("\n");

  test("names tests by file and title, further ones in the lines below, or says that the rule is open", () => {
    const rows = readTables(
      table(
        "| `a` rule | `a.test.ts` one › is so |",
        "|          | `b.test.ts` two          |",
        "| another  | **open**: nobody does it |",
      ),
    );
    const tests = [
      { file: "a.test.ts", title: "one › is so" },
      { file: "b.test.ts", title: "two" },
    ];
    assert.deepEqual(rows, [
      { section: "Rules", subject: "`a` rule", tests },
      { section: "Rules", subject: "another", tests: null },
    ]);
  });

  test("that names neither is refused", () => {
    for (const cell of ["later", "`a.test.ts`", "a title alone"]) {
      assert.throws(() => readTables(table(`| rule | ${cell} |`)), /no test is named/);
    }
  });

  test("of another kind is left alone", () => {
    assert.deepEqual(readTables("| layer | how |\n| ----- | --- |\n| unit | `npm test` |\n"), []);
  });
});

test("titles are found under their headings, also those that a loop makes", async () => {
  const titles = await titlesOf(join(FOLDER, "unit/worker/names-and-types.test.ts"));
  assert.ok(titles.includes("an account's name › is never empty"));
  assert.ok(titles.includes("the nearest language › de-AT is de"));
});

test("titles are found in the files that run in a browser, too", async () => {
  const titles = await titlesOf(join(FOLDER, "browser/lifecycle.test.ts"));
  assert.ok(titles.includes("open(), close() and reset() › open() resolves with the final outcome"));
  assert.ok(titles.includes("being moved › changes nothing in finalizing"));
});

test("titles are found under a heading that has to wait", async () => {
  const titles = await titlesOf(join(FOLDER, "unit/component/manifest.test.ts"));
  assert.ok(titles.includes("the custom elements manifest › describes everything that it names"));
});
