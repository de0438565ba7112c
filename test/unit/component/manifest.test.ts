import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { generateManifest, htmlCustomData, manifestFiles } from "../../../component/manifest/generate.ts";

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), "utf8");

describe("the custom elements manifest", async () => {
  const manifest = await generateManifest();
  const element = manifest.modules
    .flatMap(({ declarations }) => declarations)
    .find(({ tagName }) => tagName === "bank-link");

  test("is not stale, nor is the editors' data: else `npm run manifest`", async () => {
    for (const [path, text] of Object.entries(await manifestFiles())) {
      assert.equal(await read(path), text, path);
    }
  });

  test("has a line for every attribute that the class takes", async () => {
    const source = await read("component/bank-link-element.ts");
    const [, properties = ""] = source.match(/static override properties = \{(.*?)\n {2}\};/s) ?? [];
    const taken = [...properties.matchAll(/^ {4}(\w+): (\{.*\}),$/gm)]
      .filter(([, , options = ""]) => !options.includes("attribute: false"))
      .map(
        ([, name = "", options = ""]) => options.match(/attribute: "([\w-]+)"/)?.[1] ?? name.toLowerCase(),
      );
    assert.ok(taken.length > 10);
    const described = element?.attributes?.map(({ name }) => name) ?? [];
    assert.deepEqual(
      taken.filter((name) => !described.includes(name)),
      [],
    );
  });

  test("has every event that the package exports", async () => {
    const source = await read("component/events.ts");
    const types = [...source.matchAll(/super\("([\w-]+)"/g)].map(([, type]) => type);
    const described = element?.events?.map(({ name }) => name) ?? [];
    assert.deepEqual(
      types.filter((type) => !described.includes(type)),
      [],
    );
  });

  test("describes whatever it names", () => {
    const named = [
      element?.attributes,
      element?.events,
      element?.slots,
      element?.cssParts,
      element?.cssProperties,
      element?.cssStates,
    ];
    for (const list of named) {
      assert.ok(list?.length);
      for (const { name, description } of list) assert.ok(description, name);
    }
  });

  test("names modules that the package has, and nothing private", () => {
    const text = JSON.stringify(manifest);
    assert.doesNotMatch(text, /\.ts"|"#|"private"/);
  });
});

test("an editor is told the values of an attribute, and which stand alone", async () => {
  const { tags } = htmlCustomData(await generateManifest()) as {
    tags: { name: string; attributes: { name: string; valueSet?: string; values?: { name: string }[] }[] }[];
  };
  const attributes = tags.find(({ name }) => name === "bank-link")?.attributes;
  const preload = attributes?.find(({ name }) => name === "preload");
  assert.deepEqual(
    preload?.values?.map(({ name }) => name),
    ["intent", "load", "none"],
  );
  assert.equal(attributes?.find(({ name }) => name === "multiple")?.valueSet, "v");
});
