import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesApiKey } from "../../../worker/auth/api-key.ts";

const KEYS = ["the-newer-key-0123456789", "the-older-key-0123456789"];

test("each of the listed keys is accepted, for rotation, and nothing else", async () => {
  for (const key of KEYS) assert.ok(await matchesApiKey(key, KEYS));
  for (const other of ["", "the-newer-key", `${KEYS[0]}x`, KEYS.join(",")]) {
    assert.ok(!(await matchesApiKey(other, KEYS)), other);
  }
  assert.ok(!(await matchesApiKey("", [])));
});

test("a wrong key takes as much work as a right one, whichever it is", async (t) => {
  const digest = t.mock.method(crypto.subtle, "digest");
  const work: number[] = [];
  for (const presented of [...KEYS, "a-wrong-key-0123456789"]) {
    digest.mock.resetCalls();
    await matchesApiKey(presented, KEYS);
    work.push(digest.mock.callCount());
  }
  assert.deepEqual(work, [3, 3, 3]);
});
