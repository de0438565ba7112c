/** In the place of `node:test`: writes down the titles, and runs nothing but what is needed to find them. */
import { AsyncLocalStorage } from "node:async_hooks";

type Body = () => unknown;

/** Of the tests that were met since the last `takeTitles`, with the headings above them: `heading › title`. */
let titles: string[] = [];
/** A heading's body may have to wait before it knows its tests. */
let bodies: unknown[] = [];
const headings = new AsyncLocalStorage<string[]>();

export async function takeTitles(): Promise<string[]> {
  await Promise.all(bodies);
  const taken = titles;
  titles = [];
  bodies = [];
  return taken;
}

export function describe(name: string, ...rest: (Body | object)[]): void {
  const body = rest.at(-1);
  if (typeof body === "function") bodies.push(headings.run([...above(), name], body as Body));
}

export function test(name: string): void {
  titles.push([...above(), name].join(" › "));
}

function above(): string[] {
  return headings.getStore() ?? [];
}

export { describe as suite, test as it };

const nothing = () => {};

export { nothing as after, nothing as afterEach, nothing as before, nothing as beforeEach };
