/** Waits `ms`, or less when the browser comes back online; rejects when `signal` aborts. */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const over = new AbortController();
  const options = { signal: over.signal };
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
    addEventListener("online", resolve, options);
    signal?.addEventListener("abort", resolve, options);
  });
  over.abort();
  signal?.throwIfAborted();
}
