/** Which folder of the component may know which: the borders that keep Plaid's SDK and the HTTP API replaceable. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";

interface Import {
  from: string;
  isTypeOnly: boolean;
}

/** Every source of the component, by its path, with what it imports of this repository. */
const sources = new Map(
  globSync("component/**/*.ts")
    .map((file) => file.replaceAll("\\", "/"))
    .map((file) => [file, importsOf(file)]),
);

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const clauses = text.matchAll(
    /^(?:import|export) (type )?(\*|\{[^}]*\}|[^"'{]*?)?(?: from )?"(\.[^"]+)"/gm,
  );
  const dynamic = text.matchAll(/\bimport\("(\.[^"]+)"\)/g);
  return [
    ...Array.from(clauses, ([, type, names = "", path = ""]) => ({
      from: join(dirname(file), path),
      isTypeOnly: Boolean(type) || /^\{(\s*type [\w ]+,?)+\s*\}$/.test(names),
    })),
    ...Array.from(dynamic, ([, path = ""]) => ({ from: join(dirname(file), path), isTypeOnly: false })),
  ];
}

/** The imports that cross from one folder into another, as `importer → imported`. */
function crossings(from: string, into: RegExp): string[] {
  return [...sources]
    .filter(([file]) => file.startsWith(from))
    .flatMap(([file, imports]) =>
      imports.filter((one) => into.test(one.from)).map((one) => `${file} → ${one.from}`),
    );
}

test("every import is seen", () => {
  const count = [...sources.values()].flat().length;
  const statements = [...sources.keys()].flatMap((file) => [
    ...readFileSync(file, "utf8").matchAll(/(?:from|import) "\.|import\("\./g),
  ]);
  assert.ok(count > 80);
  assert.equal(count, statements.length);
});

describe("plaid/", () => {
  test("knows neither the API nor the flow", () => {
    assert.deepEqual(crossings("component/plaid/", /^component\/(api|flow)\//), []);
  });

  test("calls no API", () => {
    for (const file of sources.keys()) {
      if (!file.startsWith("component/plaid/")) continue;
      assert.doesNotMatch(readFileSync(file, "utf8"), /\bfetch\(/, file);
    }
  });
});

describe("api/", () => {
  test("knows neither Plaid nor the flow", () => {
    assert.deepEqual(crossings("component/api/", /^component\/(plaid|flow)\//), []);
  });

  test("does not touch window.Plaid", () => {
    for (const file of sources.keys()) {
      if (!file.startsWith("component/api/")) continue;
      assert.doesNotMatch(readFileSync(file, "utf8"), /\bwindow\.Plaid\b/, file);
    }
  });
});

test("flow/ knows Plaid and the API only by its own interfaces", () => {
  assert.deepEqual(crossings("component/flow/", /^component\/(plaid|api)\//), []);
  const ports = sources.get("component/flow/ports.ts") ?? [];
  assert.ok(ports.length > 0);
  assert.deepEqual(
    ports.filter(({ isTypeOnly }) => !isTypeOnly),
    [],
  );
});

test("only the wiring and the element know both", () => {
  const knowing = [...sources]
    .filter(([, imports]) => imports.some(({ from }) => from.startsWith("component/plaid/")))
    .filter(([, imports]) => imports.some(({ from }) => from.startsWith("component/api/")))
    .map(([file]) => file);
  assert.deepEqual(knowing.sort(), ["component/bank-link-element.ts", "component/wiring.ts"]);
});

test("of the Worker only the contract's types are used", () => {
  const taken = [...sources.values()].flat().filter(({ from }) => from.startsWith("worker/"));
  assert.ok(taken.length > 5);
  assert.deepEqual(
    taken.filter(({ from, isTypeOnly }) => from !== "worker/contract.ts" || !isTypeOnly),
    [],
  );
});

test("nothing imports in a circle, types included, but the texts and their languages", () => {
  const circles = new Set<string>();
  const visit = (file: string, path: string[]) => {
    const start = path.indexOf(file);
    if (start >= 0) circles.add([...path.slice(start)].sort().join(" "));
    else for (const { from } of sources.get(file) ?? []) visit(from, [...path, file]);
  };
  for (const file of sources.keys()) visit(file, []);
  const others = [...circles].filter((circle) =>
    circle.split(" ").some((file) => !file.startsWith("component/messages/")),
  );
  assert.deepEqual(others, []);
});
