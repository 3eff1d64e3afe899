/** Works on several items at once and gives the results in the order of the items, each as soon as those before it are there. */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = []
  let next = 0
  const start = (): void => {
    const item = items[next]
    if (item === undefined) return
    next += 1
    const result = work(item)
    // It is awaited in its turn; until then nobody is there to hear of a failure.
    result.catch(() => undefined)
    running.push(result)
  }
  while (next < Math.min(most, items.length)) start()
  for (let first = running.shift(); first !== undefined; first = running.shift()) {
    const result = await first
    start()
    yield result
  }
}
