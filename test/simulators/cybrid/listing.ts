/** Cybrid's lists: filters of comma-separated values, pages from 0. */
import type { Answer } from "../answer.ts";
import { apiError } from "./errors.ts";

const DEFAULT_PER_PAGE = 10;
const MAX_PER_PAGE = 100;
const MAX_FILTER_LENGTH = 4096;

export interface ListFilter<Name extends string> {
  has(name: Name): boolean;
  /** Whether an object with this value passes the filter of that name, if the request has one. */
  passes(name: Name, value: string | null): boolean;
}

export function readFilter<Name extends string>(query: URLSearchParams, ...names: Name[]): ListFilter<Name> {
  const wanted = new Map<string, Set<string>>();
  for (const name of names) {
    const text = query.get(name);
    if (text === null) continue;
    if (text.length > MAX_FILTER_LENGTH) {
      const what = `comma separated ${name.replaceAll("_", " ")}s`;
      throw apiError(
        400,
        "invalid_value",
        `Invalid value. ${what} must be at the most ${MAX_FILTER_LENGTH} characters long`,
      );
    }
    wanted.set(name, new Set(text.split(",").map((value) => value.trim())));
  }
  return {
    has: (name) => wanted.has(name),
    passes: (name, value) => {
      const values = wanted.get(name);
      return values === undefined || (value !== null && values.has(value));
    },
  };
}

/** One page of `oldestFirst`, newest first. */
export function listAnswer<Item>(
  query: URLSearchParams,
  oldestFirst: Item[],
  view: (item: Item) => unknown,
): Answer {
  const page = integer(query, "page", 0, 0, Number.MAX_SAFE_INTEGER);
  const perPage = integer(query, "per_page", DEFAULT_PER_PAGE, 1, MAX_PER_PAGE);
  const objects = oldestFirst.toReversed().slice(page * perPage, (page + 1) * perPage);
  return {
    status: 200,
    body: { total: oldestFirst.length, page, per_page: perPage, objects: objects.map(view) },
  };
}

function integer(
  query: URLSearchParams,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw apiError(400, "invalid_value", `Invalid value. ${name} must be between ${least} and ${most}`);
  }
  return value;
}
