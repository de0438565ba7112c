/** Waits `ms`, or less when the browser comes back online; rejects when `signal` aborts. */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const over = new AbortController();
  const options = { signal: over.signal };
  await new Promise((resolve, reject) => {
    setTimeout(resolve, ms);
    addEventListener("online", resolve, options);
    signal?.addEventListener("abort", () => reject(signal.reason), options);
  }).finally(() => over.abort());
}
