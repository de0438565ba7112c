/** What a file of test/browser/ needs while it is loaded: mocha's functions, and of the DOM what runs before any test does. */
import { after, afterEach, before, beforeEach, describe, it } from "./recording-test.ts";

Object.assign(globalThis, {
  after,
  afterEach,
  before,
  beforeEach,
  describe,
  it,
  window: globalThis,
  location: new URL("http://localhost/"),
});
