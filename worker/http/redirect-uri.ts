import { refuse } from "../problems/problem.ts";

/**
 * The redirect URI that is meant: matched whole against the registered ones; left out, the only one.
 * `null` where none is configured. @throws RefusalError
 */
export function allowedRedirectUri(asked: string | undefined, registered: readonly string[]): string | null {
  if (asked !== undefined) return registered.includes(asked) ? asked : refuse("redirect_uri_not_allowed");
  if (registered.length > 1) refuse("redirect_uri_not_allowed");
  return registered[0] ?? null;
}
