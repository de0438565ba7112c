/** Scope and fingerprint of a request that carries an Idempotency-Key, as hashes. */
import type { Owner } from "../ledger/owner.ts";

/** Of how a fingerprint is made: what an earlier release remembers under another version is a new request. */
const VERSION = 2;

/** A key belongs to an environment, provider, customer, method and path. As a hash, none of them is stored. */
export function scopeOf(
  { environment, provider, customerId }: Owner,
  method: string,
  path: string,
  key: string,
) {
  return sha256(JSON.stringify([VERSION, environment, provider, customerId, method, path, key]));
}

/**
 * `body`: as its schema has parsed it. zod emits the fields in the schema's order, so neither white space nor the order
 * of fields makes another payload.
 */
export function fingerprintOf(body: unknown): Promise<string> {
  return sha256(JSON.stringify(body));
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
