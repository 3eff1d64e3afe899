/** Murmur3's finaliser: spreads every bit of the input over the whole word. */
function mixed(word: number): number {
  let x = word | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}

/** A 32 bit number for a text (FNV-1a), to name a stream of dice. */
export function streamOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5
  for (const char of parts.join('\u0000')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return mixed(hash)
}

/** Uniform in [0, 1): the die of this seed, stream and position. The same three always throw the same. */
export function dieAt(seed: number, stream: number, index: number): number {
  const low = mixed(index ^ mixed(stream ^ mixed(seed)))
  return mixed(low + Math.floor(index / 0x1_0000_0000) + 0x9e3779b9) / 0x1_0000_0000
}

/** Bell-shaped around 0, standard deviation about 1, never beyond 3. */
export function bellAt(seed: number, stream: number, index: number): number {
  let sum = 0
  for (let part = 0; part < 4; part += 1) sum += dieAt(seed, stream + part, index)
  return Math.max(-3, Math.min(3, (sum - 2) * Math.sqrt(3)))
}

/** Bell-shaped noise that wanders: interpolated between points `latticeMs` apart. */
export function driftAt(seed: number, stream: number, atMs: number, latticeMs: number): number {
  const left = Math.floor(atMs / latticeMs)
  const share = atMs / latticeMs - left
  return bellAt(seed, stream, left) * (1 - share) + bellAt(seed, stream, left + 1) * share
}

/** A number between two, drawn once for a stream. */
export function drawn(seed: number, stream: number, from: number, to: number): number {
  return from + (to - from) * dieAt(seed, stream, 0)
}
