import { refuse } from "../problems/problem.ts";

/**
 * The redirect URI of a request: one of the configured ones, matched exactly; left out, the only one.
 * `null` if none is configured. @throws RefusalError
 */
export function allowedRedirectUri(
  requested: string | undefined,
  configured: readonly string[],
): string | null {
  if (requested !== undefined)
    return configured.includes(requested) ? requested : refuse("redirect_uri_not_allowed");
  if (configured.length > 1) refuse("redirect_uri_not_allowed");
  return configured[0] ?? null;
}
