/** Names come from banks and from browsers, and are shown to people. Pure. */

/** Control characters, and those that only change how their neighbours are ordered or read (Unicode Cc, Cf). */
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu;

/** Without them nothing can be shown as something else, such as an account number from right to left. */
export function plainText<Text extends string | null>(text: Text): Text {
  return (text === null ? null : text.replace(INVISIBLE, "")) as Text;
}
