/** Whether Plaid's sandbox accepts this as a redirect URI at all, registered or not. */
export function isRedirectUri(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const isLocalHttp = protocol === "http:" && hostname === "localhost";
  return (protocol === "https:" || isLocalHttp) && !/[?#]/.test(text);
}
