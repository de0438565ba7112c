/** A page's Content Security Policies, from its header and its meta elements. */
export async function readPolicies(url: URL, timeoutMs: number): Promise<string[]> {
  const response = await fetch(url, {
    headers: { Accept: "text/html" },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const header = response.headers.get("Content-Security-Policy");
  return [...(header ? [header] : []), ...policiesInMarkup(await response.text())];
}

/** Reads meta elements as they are usually written; a browser accepts more. */
export function policiesInMarkup(markup: string): string[] {
  return [...markup.replace(/<!--.*?-->/gs, "").matchAll(/<meta\b(?:"[^"]*"|'[^']*'|[^'">])*>/gi)].flatMap(
    ([tag]) =>
      attribute(tag, "http-equiv")?.toLowerCase() === "content-security-policy"
        ? [unescapeText(attribute(tag, "content") ?? "")]
        : [],
  );
}

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, "i").exec(tag);
  return found?.[1] ?? found?.[2] ?? found?.[3];
}

function unescapeText(text: string): string {
  return text
    .replaceAll("&#39;", "'")
    .replaceAll("&apos;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}
