import { PROBLEMS, type ProblemCode } from "./registry.ts";

/** A code as it stands in a URL: `provider-unavailable`. */
export function problemSlug(code: ProblemCode): string {
  return code.replaceAll("_", "-");
}

export function isProblemSlug(slug: string): boolean {
  return Object.keys(PROBLEMS).some((code) => problemSlug(code as ProblemCode) === slug);
}
