/** A stream of numbers that a seed fixes: mulberry32 for uniform ones, Box and Muller (1958) for normal ones. */
export type Noise = { uniform(): number; normal(): number }

export function noiseFrom(seed: number): Noise {
  let state = seed >>> 0
  let spare: number | undefined
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const normal = () => {
    if (spare !== undefined) {
      const kept = spare
      spare = undefined
      return kept
    }
    const radius = Math.sqrt(-2 * Math.log(Math.max(uniform(), 1e-12)))
    const angle = 2 * Math.PI * uniform()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
  return { uniform, normal }
}

/** Noise with memory: standard deviation 1, correlation `memory` from one row to the next. */
export function remembered({ normal }: Noise, rows: number, memory: number): Float64Array {
  const fresh = Math.sqrt(1 - memory * memory)
  const values = new Float64Array(rows)
  let held = 0
  for (let row = 0; row < rows; row += 1) {
    held = memory * held + fresh * normal()
    values[row] = held
  }
  return values
}
