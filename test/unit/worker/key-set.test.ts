/** The identity provider's key set, as strangers would like to drive it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { KeysUnreachableError, RemoteKeySet } from "../../../worker/auth/key-set.ts";
import { KEY_SET_MAX_AGE_MS, KEY_SET_MAX_BYTES, KEY_SET_PAUSE_MS } from "../../../worker/limits.ts";

const { publicKey } = await generateKeyPair("ES256", { extractable: true });
const published: JWK = { ...(await exportJWK(publicKey)), kid: "1", alg: "ES256" };

function keySet(answer: () => Response | Promise<Response>) {
  const clock = { nowMs: 0 };
  let fetches = 0;
  const keys = new RemoteKeySet(new URL("https://id.example.com/keys"), {
    fetch: async () => {
      fetches++;
      return answer();
    },
    now: () => clock.nowMs,
    sleep: () => new Promise((resolve) => setTimeout(resolve)),
  });
  return { keys, clock, fetches: () => fetches };
}

const good = () => Response.json({ keys: [published] });

describe("the key set", () => {
  test("is fetched once for all who ask at the same time", async () => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const { keys, fetches } = keySet(() => promise);
    const asked = Array.from({ length: 24 }, () => keys.current());
    setTimeout(() => resolve(good()), 5);
    await Promise.all(asked);
    assert.equal(fetches(), 1);
  });

  test("that is down is asked once in 30 seconds, however many strangers come", async () => {
    const { keys, clock, fetches } = keySet(() => new Response(null, { status: 500 }));
    for (let strangers = 0; strangers < 40; strangers++) {
      await assert.rejects(keys.current(), KeysUnreachableError);
    }
    assert.equal(fetches(), 1);
    clock.nowMs = KEY_SET_PAUSE_MS;
    await assert.rejects(keys.current(), KeysUnreachableError);
    assert.equal(fetches(), 2);
  });

  test("is asked again for a key that it lacks, but not by every token of a stranger", async () => {
    const { keys, clock, fetches } = keySet(good);
    await keys.current();
    for (let strangers = 0; strangers < 40; strangers++) assert.equal(await keys.renew(), false);
    assert.equal(fetches(), 1);
    clock.nowMs = KEY_SET_PAUSE_MS;
    assert.equal(await keys.renew(), true);
    assert.equal(fetches(), 2);
  });

  const bad: Record<string, () => Response> = {
    down: () => new Response(null, { status: 503 }),
    empty: () => Response.json({ keys: [] }),
    "a page": () => new Response("<h1>Maintenance</h1>"),
    "too large": () => new Response("x".repeat(KEY_SET_MAX_BYTES + 1)),
  };
  for (const [what, answer] of Object.entries(bad)) {
    test(`keeps the last good keys when it is ${what}`, async () => {
      let isGood = true;
      const { keys, clock } = keySet(() => (isGood ? good() : answer()));
      const first = await keys.current();
      isGood = false;
      clock.nowMs = KEY_SET_MAX_AGE_MS;
      assert.equal(await keys.current(), first);
    });
  }

  test("is read no further than its cap", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 64 * 1024;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
    });
    const { keys } = keySet(() => new Response(endless));
    await assert.rejects(keys.current(), KeysUnreachableError);
    assert.ok(sent <= 2 * KEY_SET_MAX_BYTES, `${sent} bytes`);
  });
});
