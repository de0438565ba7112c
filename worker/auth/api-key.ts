/** API keys of the host's servers, compared in constant time. */
export async function matchesApiKey(presented: string, keys: readonly string[]): Promise<boolean> {
  const digest = await sha256(presented);
  let matches = false;
  // Hashing makes the lengths equal. Every key is compared, so the time does not tell which one matched.
  for (const key of keys) {
    if (equalBytes(digest, await sha256(key))) matches = true;
  }
  return matches;
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.byteLength ^ right.byteLength;
  for (const [index, byte] of left.entries()) difference |= byte ^ (right[index] ?? 0);
  return difference === 0;
}
