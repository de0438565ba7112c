/** Whether Plaid's sandbox takes this as a redirect URI, before anybody asks whether it is registered. */
export function isRedirectUri(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const plainHttpAtHome = protocol === "http:" && hostname === "localhost";
  return (protocol === "https:" || plainHttpAtHome) && !/[?#]/.test(text);
}
