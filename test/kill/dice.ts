/** Numbers in [0, 1) from a seed (mulberry32): the moments of the kills, which a failure can be repeated with. */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** From KINTSUGI_SEED, or one of the moment. */
export function seedOf(env: Readonly<Record<string, string | undefined>>): number {
  const given = Number(env['KINTSUGI_SEED'])
  return Number.isInteger(given) && given > 0 ? given : Date.now() % 2 ** 31
}
