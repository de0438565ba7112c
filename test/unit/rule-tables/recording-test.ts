/** In the place of `node:test`: writes down the titles, and runs nothing but what is needed to find them. */

type Body = () => void;

/** Of the tests that were met since the last `takeTitles`, with the headings above them: `heading › title`. */
let titles: string[] = [];
const headings: string[] = [];

export function takeTitles(): string[] {
  const taken = titles;
  titles = [];
  return taken;
}

export function describe(name: string, ...rest: (Body | object)[]): void {
  headings.push(name);
  const body = rest.at(-1);
  if (typeof body === "function") (body as Body)();
  headings.pop();
}

export function test(name: string): void {
  titles.push([...headings, name].join(" › "));
}

export { describe as suite, test as it };

const nothing = () => {};

export { nothing as after, nothing as afterEach, nothing as before, nothing as beforeEach };
