/**
 * The custom elements manifest, and what is made from it: the data for editors, and the README's reference. Attributes, properties and methods are described
 * by their docstrings and events by those of their classes; the header of the class describes what has no other place.
 */
/// <reference path="./analyzer.d.ts" />
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cli } from "@custom-elements-manifest/analyzer/cli.js";
import type { Manifest, Member } from "./manifest.ts";
import { withReference } from "./reference.ts";

const ROOT = join(import.meta.dirname, "../..");
const SOURCES = [
  "component/index.ts",
  "component/define.ts",
  "component/events.ts",
  "component/*-element.ts",
];

/** What the platform or Lit needs of a class, and no page ever uses. */
const INTERNAL = /^#|Callback$|^formAssociated$|^shadowRootOptions$/;

export async function generateManifest(): Promise<Manifest> {
  // The folder is also what the analyzer writes into package.json as `customElements`.
  const argv = ["analyze", "--quiet", "--litelement", "--outdir", "component", "--globs", ...SOURCES];
  const analyzed = JSON.stringify(await cli({ argv, cwd: ROOT, noWrite: true }));
  // The modules that the package has, not those that they are built from.
  const published = analyzed.replace(/"(?:\/?component|\.)\/([\w/-]+)\.ts"/g, '"dist/lib/$1.js"');
  const manifest: Manifest = JSON.parse(published, unwrapped);
  const unions = literalUnions(await read("component/bank-link-element.ts"));
  const details = detailFields(await read("component/events.ts"));
  const declarations = manifest.modules.flatMap(({ declarations }) => declarations);
  const docs = new Map(declarations.map(({ name, description }) => [name, description]));
  for (const declaration of declarations) {
    const { members, events, attributes } = declaration;
    if (members) declaration.members = members.filter(isPublic);
    // The analyzer also finds where events are dispatched, without their names; the header lists every event.
    if (events) declaration.events = events.filter(({ name }) => name);
    for (const event of events ?? []) {
      const { type } = event;
      const fields = type && details.get(type.text);
      if (type && fields)
        event.description = `${docs.get(type.text)} \`detail\`: \`{${fields.join(", ")}}\`.`;
    }
    for (const { type } of attributes ?? []) if (type) type.text = unions.get(type.text) ?? type.text;
  }
  return manifest;
}

function read(path: string): Promise<string> {
  return readFile(join(ROOT, path), "utf8");
}

/** A docstring is wrapped where its line ends, which an editor should not show. */
function unwrapped(key: string, value: unknown): unknown {
  return key === "description" && typeof value === "string" ? value.replaceAll("\n", " ") : value;
}

function isPublic({ name, privacy = "public" }: Member): boolean {
  return privacy === "public" && !INTERNAL.test(name);
}

/** The alias `Preload` says nothing in an editor; its values do. */
function literalUnions(source: string): Map<string, string> {
  const aliases = source.matchAll(/^export type (\w+) = ("\w+"(?: \| "\w+")+);$/gm);
  return new Map(Array.from(aliases, ([, name = "", union = ""]) => [name, union]));
}

/** The fields of `event.detail`, by the event's class. */
function detailFields(source: string): Map<string, string[]> {
  const interfaces = source.matchAll(/^export interface (\w+) \{\n(.*?)^\}/gms);
  const fields = new Map(
    Array.from(interfaces, ([, name, body = ""]) => [
      name,
      Array.from(body.matchAll(/^ {2}(\w+): /gm), ([, field = ""]) => field),
    ]),
  );
  const classes = source.matchAll(/^export class (\w+) extends BankLinkCustomEvent<(\w+)>/gm);
  return new Map(Array.from(classes, ([, name = "", detail]) => [name, fields.get(detail) ?? []]));
}

/** For the setting `html.customData` of VS Code and other editors that read it. */
export function htmlCustomData({ modules }: Manifest): object {
  const elements = modules.flatMap(({ declarations }) => declarations).filter(({ tagName }) => tagName);
  return {
    version: 1.1,
    tags: elements.map(({ tagName, description, attributes = [] }) => ({
      name: tagName,
      description,
      attributes: attributes.map(({ name, description, type }) => {
        if (type?.text === "boolean") return { name, description, valueSet: "v" };
        const values = Array.from(type?.text.matchAll(/"(\w+)"/g) ?? [], ([, value]) => ({ name: value }));
        return { name, description, ...(values.length > 0 && { values }) };
      }),
    })),
  };
}

/** The files' texts, by their paths. */
export async function manifestFiles(): Promise<Record<string, string>> {
  const manifest = await generateManifest();
  const text = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    "component/custom-elements.json": text(manifest),
    "component/html-custom-data.json": text(htmlCustomData(manifest)),
    "component/README.md": withReference(await read("component/README.md"), manifest),
  };
}
