/** Resolves after `ms`, or as soon as the browser is back online; rejects when `signal` aborts. */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const once = { once: true };
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
    addEventListener("online", resolve, once);
    signal?.addEventListener("abort", resolve, once);
  });
  signal?.throwIfAborted();
}
