/** Decides which API the element may call. */
import { BankLinkError } from "../errors.ts";

export interface ApiElement extends Element {
  /** The base URL that the page has set, as a property or an attribute. */
  readonly api: string | null;
}

/** The same for all elements. */
export interface ApiSettings {
  /** The script's origin, in the file that the Worker serves. */
  readonly defaultApi: string | null;
  /** Origins that markup may name besides the script's and the page's. */
  readonly allowedApiOrigins: readonly string[];
}

/**
 * The API's base URL, without a trailing slash.
 * @throws BankLinkError `api_missing`, `api_not_allowed`
 */
export function apiBaseUrl(element: ApiElement, { defaultApi, allowedApiOrigins }: ApiSettings): string {
  const { api } = element;
  const named = api ?? defaultApi;
  if (!named) throw new BankLinkError("api_missing", false);
  const url = parse(named);
  // Markup may come from people whom the page would not trust with a token.
  const isMarkup = api !== null && api === element.getAttribute("api");
  const origins = [location.origin, parse(defaultApi)?.origin, ...allowedApiOrigins];
  if (!url?.protocol.startsWith("http") || (isMarkup && !origins.includes(url.origin))) {
    throw new BankLinkError("api_not_allowed", false);
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function parse(address: string | null): URL | null {
  return address && URL.canParse(address, document.baseURI) ? new URL(address, document.baseURI) : null;
}
