/** The reference in component/README.md, made from the manifest. Pure. */
import type { Declaration, Described, Manifest } from "./manifest.ts";

/** @throws where the document has no place for it */
export function withReference(document: string, { modules }: Manifest): string {
  const element = modules.flatMap(({ declarations }) => declarations).find(({ tagName }) => tagName);
  const place = /(?<=<!-- reference: .*-->\n).*?(?=<!-- \/reference -->)/s;
  if (!element || !place.test(document)) throw new Error("The document has no markers for the reference");
  return document.replace(place, () => `\n${reference(element)}\n`);
}

function reference(element: Declaration): string {
  const { members = [], events = [], slots = [], cssParts, cssProperties, cssStates = [] } = element;
  const methods = members.filter(({ kind }) => kind === "method");
  const statics = members.filter((member) => member.static);
  return [
    `### Attributes and properties\n\n${table(["attribute", "property", "description"], properties(element))}`,
    section("Methods", methods, (name) => `${name}()`),
    section("Events", events),
    section("Slots", slots, (name) => name || "(default)"),
    section("Parts", cssParts),
    section("Custom properties", cssProperties),
    section("States", cssStates, (name) => `:state(${name})`),
    section("Static properties", statics, (name) => `BankLinkElement.${name}`),
  ].join("\n");
}

function properties({ members = [], attributes = [] }: Declaration): string[][] {
  const fields = members.filter((member) => member.kind === "field" && !member.static);
  const ofThePlatform = attributes.filter(({ fieldName }) => !fieldName);
  return [
    ...fields.map(({ name, attribute, readonly, description }) => [
      attribute ? `\`${attribute}\`` : "",
      `\`${name}\``,
      `${description}${readonly ? " Read-only." : ""}`,
    ]),
    ...ofThePlatform.map(({ name, description = "" }) => [`\`${name}\``, `\`${name}\``, description]),
  ];
}

function section(
  heading: string,
  described: Partial<Described>[] = [],
  label: (name: string) => string = (name) => name,
): string {
  const rows = described.map(({ name = "", description = "" }) => [`\`${label(name)}\``, description]);
  return `### ${heading}\n\n${table(["name", "description"], rows)}`;
}

/** Padded as the formatter pads it. */
function table(head: string[], rows: string[][]): string {
  const escaped = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(...escaped.map((row) => row[column]?.length ?? 0)));
  const rule = widths.map((width) => "-".repeat(width));
  return escaped
    .toSpliced(1, 0, rule)
    .map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`)
    .join("");
}
