/** Runs `work` for every item, at most `atOnce` at a time; throws the first failure. */
export async function inParallel<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const entries = items.entries();
  async function next(): Promise<void> {
    for (const [index, item] of entries) await work(item, index);
  }
  await Promise.all(Array.from({ length: atOnce }, next));
}
