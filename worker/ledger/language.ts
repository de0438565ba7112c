/** The nearest language a provider knows, by RFC 4647's lookup: the tag itself, then shorter ones; else English. */
export function nearestLanguage(tag: string | undefined, known: readonly string[]): string {
  const parts = (tag ?? "").toLowerCase().split("-");
  for (let length = parts.length; length > 0; length--) {
    const found = known.find((language) => language.toLowerCase() === parts.slice(0, length).join("-"));
    if (found) return found;
  }
  return "en";
}
