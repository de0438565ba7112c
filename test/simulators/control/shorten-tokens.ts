/** Tokens are shown shortened: recognizable, but not usable. */

const SECRET_NAMES = new Set(["client_secret", "access_token"]);

export function shortenToken(token: string): string {
  return token.replace(/^((?:link|public)-sandbox-).*(.{4})$/, "$1…$2");
}

/** The same value, with every token in it shortened. */
export function shortenTokens(value: unknown): unknown {
  if (typeof value === "string") return shortenToken(value);
  if (Array.isArray(value)) return value.map(shortenTokens);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [name, SECRET_NAMES.has(name) ? "…" : shortenTokens(held)]),
  );
}
