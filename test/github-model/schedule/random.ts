/** Numbers that follow from a seed (mulberry32). */
export type Random = {
  /** From 0 up to and without 1. */
  next(): number
  /** A whole number from 0 up to and without `end`. */
  below(end: number): number
  chance(share: number): boolean
  pick<T>(all: readonly [T, ...T[]]): T
  /** Another row of numbers, that does not depend on how many of this one were taken. */
  fork(name: string): Random
}

function hash(seed: number, name: string): number {
  let state = seed ^ 0x9e3779b9
  for (const sign of name) state = Math.imul(state ^ (sign.codePointAt(0) ?? 0), 0x85ebca6b) ^ (state >>> 13)
  return state >>> 0
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (end: number): number => Math.floor(next() * end)
  return {
    next,
    below,
    chance: (share) => next() < share,
    pick: (all) => all[below(all.length)] ?? all[0],
    fork: (name) => randomOf(hash(seed, name)),
  }
}
