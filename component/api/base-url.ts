/** Which API the element may call. */
import { BankLinkError } from "../errors.ts";

/**
 * The API's base URL, without a slash at its end.
 * @param api the element's property
 * @param attribute the same as markup has it: markup may come from people to whom the page would give no token
 * @param defaultApi the script's origin, in the file that the Worker serves
 * @param allowed origins that markup may name besides the script's and the page's
 * @throws BankLinkError `api_missing`, `api_not_allowed`
 */
export function apiBase(
  api: string | null,
  attribute: string | null,
  defaultApi: string | null,
  allowed: readonly string[],
): string {
  const named = api ?? defaultApi;
  if (!named) throw new BankLinkError("api_missing", false);
  const url = parsed(named);
  const isTrusted = api === null || api !== attribute;
  const origins = [location.origin, parsed(defaultApi ?? "")?.origin, ...allowed];
  if (!url?.protocol.startsWith("http") || !(isTrusted || origins.includes(url.origin))) {
    throw new BankLinkError("api_not_allowed", false);
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function parsed(address: string): URL | null {
  return URL.canParse(address, document.baseURI) ? new URL(address, document.baseURI) : null;
}
