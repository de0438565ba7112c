/** HTML by tagged templates: text is escaped, markup is not. */
export interface Markup {
  readonly markup: string;
}

type Part = string | Markup | readonly Markup[];

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: strings.reduce((before, after, index) => before + render(parts[index - 1]) + after) };
}

function render(part: Part | undefined): string {
  if (part === undefined) return "";
  if (typeof part === "string") return escapeText(part);
  return "markup" in part ? part.markup : part.map(({ markup }) => markup).join("");
}

function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A sentence whose `names` between backticks are code. */
export function sentence(text: string): Markup {
  return { markup: escapeText(text).replace(/`([^`]+)`/g, "<code>$1</code>") };
}

export function table(head: readonly string[], rows: readonly (readonly Part[])[]): Markup {
  return html`<div class="scroll" tabindex="0"><table>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
}
