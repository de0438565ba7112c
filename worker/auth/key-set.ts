/**
 * The key set (JWKS, RFC 7517) of the host's identity provider. Anybody can make the Worker want a key, with a token of
 * their own making, so strangers must not drive it: one fetch at a time, a cap on its size, a pause after each one.
 */
import { createLocalJWKSet, type JWTVerifyGetKey } from "jose";
import * as z from "zod";
import {
  KEY_SET_MAX_AGE_MS,
  KEY_SET_MAX_BYTES,
  KEY_SET_PAUSE_MS,
  KEY_SET_TIMEOUT_MS,
  KEY_SET_WAIT_MS,
} from "../limits.ts";

export interface KeySetDependencies {
  fetch: (url: URL, init: RequestInit) => Promise<Response>;
  now: () => number;
  sleep: (ms: number) => Promise<void>;
}

/** There are no keys yet, and none to be had at the moment. */
export class KeysUnreachableError extends Error {
  override readonly name = "KeysUnreachableError";
}

/** An empty set is none: it would lock every customer out. */
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

export class RemoteKeySet {
  readonly #url: URL;
  readonly #deps: KeySetDependencies;
  #keys: JWTVerifyGetKey | null = null;
  #keysFromMs = 0;
  /** When the last fetch began, whatever became of it. */
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #isAsking = false;

  constructor(url: URL, deps: KeySetDependencies) {
    this.#url = url;
    this.#deps = deps;
  }

  /** The keys as they were read last; a set that is old is asked for again, and kept should that fail. @throws KeysUnreachableError */
  async current(): Promise<JWTVerifyGetKey> {
    const isOld = this.#deps.now() - this.#keysFromMs >= KEY_SET_MAX_AGE_MS;
    if (this.#keys === null || isOld) await this.#ask();
    if (this.#keys === null) throw new KeysUnreachableError();
    return this.#keys;
  }

  /** For a key that is not in the set: it may be new. `false` where asking again does not help yet. */
  async renew(): Promise<boolean> {
    const before = this.#keys;
    await this.#ask();
    return this.#keys !== before;
  }

  async #ask(): Promise<void> {
    const { now, sleep } = this.#deps;
    // Another request's promise cannot be awaited in workerd, its outcome can be waited for.
    for (let waitedMs = 0; this.#isAsking && waitedMs < KEY_SET_TIMEOUT_MS; waitedMs += KEY_SET_WAIT_MS) {
      await sleep(KEY_SET_WAIT_MS);
    }
    if (this.#isAsking || now() - this.#askedAtMs < KEY_SET_PAUSE_MS) return;
    this.#isAsking = true;
    this.#askedAtMs = now();
    try {
      this.#keys = createLocalJWKSet(await this.#fetch());
      this.#keysFromMs = now();
    } catch {
      // The last good set serves on; without one the caller says that the keys are out of reach.
    } finally {
      this.#isAsking = false;
    }
  }

  async #fetch() {
    const response = await this.#deps.fetch(this.#url, {
      headers: { Accept: "application/jwk-set+json, application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(KEY_SET_TIMEOUT_MS),
    });
    if (response.status !== 200 || !response.body) throw new KeysUnreachableError();
    const decoder = new TextDecoder();
    let text = "";
    let bytes = 0;
    for await (const chunk of response.body) {
      bytes += chunk.byteLength;
      // Leaving the loop cancels the stream.
      if (bytes > KEY_SET_MAX_BYTES) throw new KeysUnreachableError();
      text += decoder.decode(chunk, { stream: true });
    }
    return keySet.parse(JSON.parse(text + decoder.decode()));
  }
}
