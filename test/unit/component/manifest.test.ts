import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { generateManifest, htmlCustomData, manifestFiles } from "../../../component/manifest/generate.ts";

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), "utf8");

describe("the custom elements manifest", async () => {
  const manifest = await generateManifest();
  const declarations = manifest.modules.flatMap(({ declarations }) => declarations);
  const element = declarations.find(({ tagName }) => tagName === "bank-link");
  const classes = declarations.filter(({ tagName }) => !tagName);

  test("is up to date, and so is the data for editors: otherwise run `npm run manifest`", async () => {
    for (const [path, text] of Object.entries(await manifestFiles())) {
      assert.equal(await read(path), text, path);
    }
  });

  test("has every attribute of the class", async () => {
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

  test("describes everything that it names", () => {
    const named = [
      element?.attributes,
      element?.members,
      element?.events,
      element?.slots,
      element?.cssParts,
      element?.cssProperties,
      element?.cssStates,
      classes,
    ];
    for (const list of named) {
      assert.ok(list?.length);
      for (const { name, description } of list) assert.ok(description, name);
    }
  });

  test("describes a static property and a property of the same name each by its own docstring", () => {
    const [ofAll, ofOne] = element?.members?.filter(({ name }) => name === "messages") ?? [];
    assert.match(ofAll?.description ?? "", /all elements/);
    assert.doesNotMatch(ofOne?.description ?? "all elements", /all elements/);
  });

  test("names modules that the package has, and nothing private", () => {
    const text = JSON.stringify(manifest);
    assert.doesNotMatch(text, /\.ts"|"#|"private"/);
  });
});

describe("the header of the class", async () => {
  const source = await read("component/bank-link-element.ts");
  const [, header = ""] = /\/\*\*((?:(?!\*\/).)*)\*\/\nexport class BankLinkElement/s.exec(source) ?? [];
  const lines = (tag: string) =>
    [...header.matchAll(new RegExp(`^ \\* @${tag} (.+)$`, "gm"))].map(([, line = ""]) => line);

  test("leaves to the docstrings what they describe, so that nothing is said twice", () => {
    assert.deepEqual([...lines("prop"), ...lines("property"), ...lines("method")], []);
    // The only attribute whose property is the platform's.
    assert.deepEqual(
      lines("attr").map((line) => line.split(" ")[1]),
      ["nonce"],
    );
    for (const line of lines("fires")) assert.doesNotMatch(line, /^\{BankLink\w+\} \S+ ./);
  });

  test("names each event of the package with its own class", async () => {
    const events = await read("component/events.ts");
    const exported = events.matchAll(/^export class (\w+) extends[^{]+\{\n[^}]*?super\("([\w-]+)"/gm);
    assert.deepEqual(
      lines("fires").filter((line) => line.startsWith("{BankLink")),
      Array.from(exported, ([, name, type]) => `{${name}} ${type}`),
    );
  });

  test("describes each state as its type does", async () => {
    const [, union = ""] =
      /export type LinkState =\n(.*?);\n/s.exec(await read("component/flow/state.ts")) ?? [];
    const states = union.matchAll(/\/\*\* (.+) \*\/\n {2}\| "(\w+)"/g);
    assert.deepEqual(
      lines("cssState"),
      Array.from(states, ([, text, name]) => `${name} - ${text}`),
    );
  });
});

test("every field of an event's detail has a docstring", async () => {
  const source = await read("component/events.ts");
  const details = [...source.matchAll(/^export interface \w+Detail \{\n(.*?)^\}/gms)];
  assert.equal(details.length, 7);
  for (const [detail, body = ""] of details) {
    const fields = body.match(/^ {2}\w+: /gm) ?? [];
    const described = body.match(/ \*\/\n {2}\w+: /g) ?? [];
    assert.ok(fields.length > 0 && described.length === fields.length, detail);
  }
});

test("every attribute and property of the frameworks' types links to its docstring", async () => {
  const source = await read("component/properties.ts");
  const fields = source.match(/^ {2}"?[\w-]+"?\?: /gm) ?? [];
  const linked = [...source.matchAll(/\{@link BankLinkElement\.(\w+)\} \*\/\n {2}"?[\w-]+"?\?: /g)];
  // All but `nonce`, which is the platform's.
  assert.equal(linked.length, fields.length - 1);
  const element = await read("component/bank-link-element.ts");
  for (const [, name] of linked) assert.match(element, new RegExp(` \\*/\\n {2}declare ${name}: `), name);
});

test("the data for editors has the values of an attribute, and says which attributes have none", async () => {
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
