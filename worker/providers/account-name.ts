import type { Selection } from "./provider.ts";

/** "Institution - Account", as both platforms' guides name accounts, cut to the provider's limit. */
export function accountName({ institution, account }: Selection, maxChars: number): string {
  const parts = [institution?.name, account.name].flatMap((part) => part?.trim() || []);
  const name = parts.join(" - ") || ["Bank account", account.mask ?? ""].join(" ").trim();
  // By code points, so that no surrogate pair is cut in two.
  let cut = "";
  for (const character of name) {
    if (cut.length + character.length > maxChars) break;
    cut += character;
  }
  return cut.trimEnd();
}
