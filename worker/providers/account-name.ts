/** The name that an account is sent with, which is all that Cybrid echoes of what we send. Pure. */
import { plainText } from "./plain-text.ts";
import type { Selection } from "./provider.ts";

/** "Institution - Account", as both platforms' guides name accounts, cut to the provider's limit. */
export function accountName({ institution, account }: Selection, maxChars: number): string {
  const parts = [institution?.name, account.name].flatMap((part) => plainText(part ?? "").trim() || []);
  return cut(parts.join(" - ") || ["Bank account", account.mask ?? ""].join(" ").trim(), maxChars);
}

/** The same, with ` 2`, ` 3` … behind it where an account of that name is in doubt: a search must not confuse the two. */
export function uniqueAccountName(
  selection: Selection,
  maxChars: number,
  takenNames: ReadonlySet<string>,
): string {
  const name = accountName(selection, maxChars);
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? "" : ` ${number}`;
    const candidate = cut(name, maxChars - suffix.length) + suffix;
    if (!takenNames.has(candidate)) return candidate;
  }
}

/** By code points, so that no character is cut in two. */
function cut(name: string, maxChars: number): string {
  let kept = "";
  for (const character of name) {
    if (kept.length + character.length > maxChars) break;
    kept += character;
  }
  return kept.trimEnd();
}
