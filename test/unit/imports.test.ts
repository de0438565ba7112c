/** No file imports itself by way of others, not even a type: whatever is in a circle can only be understood as a whole. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, test } from "node:test";

type Imports = ReadonlyMap<string, readonly string[]>;

function readImports(): Imports {
  const files = globSync("{worker,component,test}/**/*.{ts,tsx,js}").map((file) =>
    file.replaceAll("\\", "/"),
  );
  return new Map(files.map((file) => [file, importsIn(file, readFileSync(file, "utf8"))]));
}

/** Relative ones, for values and for types: `from "…"`, `import "…"` and `import("…")`. */
function importsIn(file: string, text: string): string[] {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)].map(([, path = ""]) =>
    posix.join(posix.dirname(file), path),
  );
}

/** The files of each circle, sorted: Tarjan's strongly connected components with more than one file. */
function circles(imports: Imports): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const stack: string[] = [];

  /** The earliest file, by order of visit, that can be reached from this one and is not done yet. */
  function visit(file: string): number {
    const own = order.size;
    order.set(file, own);
    stack.push(file);
    let earliest = own;
    for (const imported of imports.get(file) ?? []) {
      const seen = order.get(imported);
      if (seen === undefined) earliest = Math.min(earliest, visit(imported));
      else if (stack.includes(imported)) earliest = Math.min(earliest, seen);
    }
    if (earliest === own) {
      const component = stack.splice(stack.indexOf(file));
      if (component.length > 1) found.push(component.sort());
    }
    return earliest;
  }

  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return found.sort();
}

describe("imports", () => {
  test("make no circle, but that of the texts and the languages that they load", () => {
    const unexpected = circles(readImports()).filter(
      (files) => !files.every((file) => file.startsWith("component/messages/")),
    );
    assert.deepEqual(unexpected, []);
  });
});

describe("a circle", () => {
  test("is found whatever its length, and once", () => {
    const imports = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", ["a"]],
      ["d", ["e"]],
      ["e", ["d", "f"]],
      ["f", []],
    ]);
    assert.deepEqual(circles(imports), [
      ["a", "b", "c"],
      ["d", "e"],
    ]);
  });

  test("may be made by types, by a bare import and by one at run time", () => {
    const text = `import type { A } from "./a.ts";\nimport "../b.ts";\nexport { c } from "./c/c.ts";
      const d = () => import("./d.ts");\nimport { hono } from "hono";`;
    assert.deepEqual(importsIn("x/y.ts", text), ["x/a.ts", "b.ts", "x/c/c.ts", "x/d.ts"]);
  });
});
