import type { Selection } from "../provider.ts";

/** Lynx knows two types; Plaid's subtypes that a bank pays out from and into like one of them are mapped. */
export function toLynxType({ type, subtype }: Selection["account"]): "CHECKING" | "SAVINGS" | null {
  switch ((subtype ?? type ?? "").toLowerCase()) {
    case "checking":
    case "cash management":
      return "CHECKING";
    case "savings":
    case "money market":
      return "SAVINGS";
    default:
      return null;
  }
}
