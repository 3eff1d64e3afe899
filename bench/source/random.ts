/** Numbers in [0, 1) that a seed decides (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** At most `most` of them, chosen by the seed, in their order. */
export function sample<T>(all: readonly T[], most: number, random: () => number): readonly T[] {
  if (all.length <= most) return all
  const drawn = all.map((one, index) => ({ one, index, at: random() })).sort((a, b) => a.at - b.at)
  return drawn
    .slice(0, most)
    .sort((a, b) => a.index - b.index)
    .map(({ one }) => one)
}
