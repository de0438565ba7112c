import { readFile } from "node:fs/promises";
import { html } from "hono/html";

/** The page with each `{{name}}` replaced by its value, escaped for text and attributes. */
export async function fillPage(path: string, values: Record<string, string>): Promise<string> {
  const page = await readFile(path, "utf8");
  return page.replace(/\{\{(\w+)\}\}/g, (_, name: string) => html`${values[name]}`.toString());
}
