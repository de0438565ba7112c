/** Which API the element may call. */
import { BankLinkError } from "./errors.ts";

export interface ApiBaseSettings {
  /** The element's property. */
  api: string | null;
  /** The same as markup has it: markup may come from people whom the page does not trust with its customers' tokens. */
  attribute: string | null;
  /** The origin of the script, in the file that the Worker serves. */
  defaultApi: string | null;
  allowedOrigins: readonly string[];
}

/** The API's base URL, without a slash at its end. @throws BankLinkError `api_missing`, `api_not_allowed` */
export function apiBase({ api, attribute, defaultApi, allowedOrigins }: ApiBaseSettings): string {
  const named = api ?? defaultApi;
  if (!named) throw new BankLinkError("api_missing", false);
  const url = URL.canParse(named, document.baseURI) ? new URL(named, document.baseURI) : null;
  const isTrusted = api === null || api !== attribute;
  const origins = [location.origin, defaultApi && new URL(defaultApi).origin, ...allowedOrigins];
  if (!url?.protocol.startsWith("http") || !(isTrusted || origins.includes(url.origin))) {
    throw new BankLinkError("api_not_allowed", false);
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}
