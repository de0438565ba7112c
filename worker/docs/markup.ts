/** Markup by Hono's `html`, which escapes whatever is text: the pieces that several parts of the page share. */
import { html } from "hono/html";

export type Markup = ReturnType<typeof html>;

/** A sentence whose `names` between backticks are code. */
export function sentence(text: string): Markup {
  // What was between two backticks is at the odd places.
  const parts = text.split("`");
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

export function joined(parts: readonly Markup[], separator: string): Markup {
  return html`${parts.map((part, index) => [index > 0 && separator, part])}`;
}

export function table(head: readonly string[], rows: readonly (readonly (Markup | string)[])[]): Markup {
  return html`<div class="scroll" tabindex="0"><table>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
}
