/** The custom elements manifest, read from the header of the element's class, and the editors' data made of it. */
/// <reference path="./analyzer.d.ts" />
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cli } from "@custom-elements-manifest/analyzer/cli.js";

/** The parts of the schema that are used here; see https://github.com/webcomponents/custom-elements-manifest. */
export interface Manifest {
  modules: { path: string; declarations: Declaration[] }[];
}

interface Declaration {
  name: string;
  tagName?: string;
  description?: string;
  attributes?: { name: string; description?: string; type?: { text: string } }[];
  members?: Member[];
  events?: { name?: string; description?: string }[];
  slots?: Described[];
  cssParts?: Described[];
  cssProperties?: Described[];
  cssStates?: Described[];
}

interface Described {
  name: string;
  description?: string;
}

interface Member {
  name: string;
  kind: string;
  privacy?: string;
  static?: boolean;
  description?: string;
}

const ROOT = join(import.meta.dirname, "../..");
const SOURCES = [
  "component/index.ts",
  "component/define.ts",
  "component/events.ts",
  "component/*-element.ts",
];

/** What the platform or Lit asks of a class, and no page ever uses. */
const INTERNAL = /^#|Callback$|^formAssociated$|^shadowRootOptions$/;

export async function generateManifest(): Promise<Manifest> {
  // The folder is also what the analyzer writes into package.json as `customElements`.
  const argv = ["analyze", "--quiet", "--litelement", "--outdir", "component", "--globs", ...SOURCES];
  const analyzed = JSON.stringify(await cli({ argv, cwd: ROOT, noWrite: true }));
  // The modules that the package has, not those that they are built from.
  const published = analyzed.replace(/"(?:\/?component|\.)\/([\w/-]+)\.ts"/g, '"dist/lib/$1.js"');
  const manifest: Manifest = JSON.parse(published);
  const unions = await literalUnions();
  for (const declaration of manifest.modules.flatMap(({ declarations }) => declarations)) {
    const { members, events, attributes } = declaration;
    if (members) declaration.members = members.filter(isPublic).map(describeInstance);
    // An event that is dispatched but has no line in the header is one that has.
    if (events) declaration.events = events.filter(({ name }) => name);
    for (const { type } of attributes ?? []) if (type) type.text = unions.get(type.text) ?? type.text;
  }
  return manifest;
}

function isPublic({ name, privacy = "public" }: Member): boolean {
  return privacy === "public" && !INTERNAL.test(name);
}

/** The analyzer gives the header's words to the first member of that name, be it a static one. */
function describeInstance(member: Member, _: number, members: Member[]): Member {
  const twin = members.find(
    ({ name, static: isStatic }) => name === member.name && isStatic !== member.static,
  );
  if (!twin) return member;
  const { description: _description, ...rest } = member;
  return member.static || !twin.description ? rest : { ...rest, description: twin.description };
}

/** `Preload` tells an editor nothing; its values do. */
async function literalUnions(): Promise<Map<string, string>> {
  const source = await readFile(join(ROOT, "component/bank-link-element.ts"), "utf8");
  const aliases = source.matchAll(/^export type (\w+) = ("\w+"(?: \| "\w+")+);$/gm);
  return new Map(Array.from(aliases, ([, name = "", union = ""]) => [name, union]));
}

/** For the setting `html.customData` of VS Code and whoever reads the same. */
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

/** The files as they are written. */
export async function manifestFiles(): Promise<Record<string, string>> {
  const manifest = await generateManifest();
  const text = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    "component/custom-elements.json": text(manifest),
    "component/html-custom-data.json": text(htmlCustomData(manifest)),
  };
}
