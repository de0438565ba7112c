/** Which URLs and inline styles a page's Content Security Policies allow, by CSP Level 3. Pure. */

/** By directive; the first one of a name counts (CSP3, 2.2.1). */
export type Policy = ReadonlyMap<string, readonly string[]>;

/** A header may hold several policies, separated by commas. */
export function parsePolicies(serialized: string): Policy[] {
  return serialized
    .split(",")
    .map((policy) => {
      const directives = new Map<string, string[]>();
      for (const directive of policy.split(";")) {
        const [name, ...values] = directive.trim().split(/\s+/);
        if (name && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), values);
      }
      return directives;
    })
    .filter((directives) => directives.size > 0);
}

/** What applies, in this order, if a directive is missing (CSP3, 6.8.3). */
const FALLBACKS: Readonly<Record<string, readonly string[]>> = {
  "script-src-elem": ["script-src", "default-src"],
  "style-src-elem": ["style-src", "default-src"],
  "style-src-attr": ["style-src", "default-src"],
  "frame-src": ["child-src", "default-src"],
  "connect-src": ["default-src"],
};

/** `null`: the policy does not restrict it. */
export function sourcesOf(policy: Policy, directive: string): readonly string[] | null {
  for (const name of [directive, ...(FALLBACKS[directive] ?? [])]) {
    const sources = policy.get(name);
    if (sources) return sources;
  }
  return null;
}

const NONCE = /^'nonce-/i;
const NONCE_OR_HASH = /^'(?:nonce|sha256|sha384|sha512)-/i;

export function hasKeyword(sources: readonly string[], keyword: string): boolean {
  return sources.some((source) => source.toLowerCase() === `'${keyword}'`);
}

export function allowsNonce(sources: readonly string[]): boolean {
  return sources.some((source) => NONCE.test(source));
}

/** `'unsafe-inline'` is ignored beside a nonce or a hash (CSP3, 6.7.3.2). */
export function allowsInline(sources: readonly string[]): boolean {
  return hasKeyword(sources, "unsafe-inline") && !sources.some((source) => NONCE_OR_HASH.test(source));
}

export function allowsUrl(sources: readonly string[], url: URL, page: URL): boolean {
  return sources.some((source) => matches(source, url, page));
}

/** CSP3, 6.7.2.6 to 6.7.2.12. */
function matches(source: string, url: URL, page: URL): boolean {
  if (source.toLowerCase() === "'self'") return url.origin === page.origin;
  if (source === "*") return /^https?:$/.test(url.protocol) || url.protocol === page.protocol;
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return schemeMatches(source.toLowerCase(), url.protocol);
  const parsed = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/:]+)(?::(\d+|\*))?(\/.*)?$/i.exec(source);
  if (!parsed) return false;
  const [, scheme, host = "", port, path] = parsed;
  return (
    schemeMatches(scheme ? `${scheme.toLowerCase()}:` : page.protocol, url.protocol) &&
    hostMatches(host.toLowerCase(), url.hostname) &&
    (port === "*" || (port ?? "") === url.port || port === defaultPort(url)) &&
    pathMatches(path, url.pathname)
  );
}

/** http allows https as well. */
function schemeMatches(allowed: string, actual: string): boolean {
  return allowed === actual || (allowed === "http:" && actual === "https:");
}

function hostMatches(pattern: string, host: string): boolean {
  if (pattern === "*") return true;
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern;
}

function defaultPort({ protocol, port }: URL): string | null {
  if (port !== "") return null;
  return protocol === "https:" ? "443" : "80";
}

/** A path that ends in a slash matches everything below it. */
function pathMatches(pattern: string | undefined, path: string): boolean {
  if (pattern === undefined || pattern === "/") return true;
  return pattern.endsWith("/") ? path.startsWith(pattern) : path === pattern;
}
