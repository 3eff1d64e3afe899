import { bases } from './features/bases.ts'
import type { Feature } from './features/feature.ts'
import { generating } from './features/generating.ts'
import { json } from './features/json.ts'
import { naming } from './features/naming.ts'
import { replacing } from './features/replacing.ts'
import { strategic } from './features/strategic.ts'
import { texts } from './features/texts.ts'
import { unbuilt } from './features/unbuilt.ts'
import { values } from './features/values.ts'
import { addObjects } from './objects.ts'
import { emptyOverlay, filesOf, TOP } from './overlay.ts'
import { randomFrom } from './random.ts'

export const features: readonly Feature[] = [
  ...bases,
  ...strategic,
  ...json,
  ...replacing,
  ...naming,
  ...generating,
  ...values,
  ...texts,
  ...unbuilt,
]

export type Generated = {
  /** The features it has, joined by `+`. */
  readonly name: string
  readonly files: Readonly<Record<string, string | Uint8Array>>
  /** Directory to build. */
  readonly dir: string
}

/** Every feature alone, then every pair of what our build knows. */
function combinations(): readonly (readonly Feature[])[] {
  const built = features.filter((feature) => feature.refused !== true)
  const pairs = built.flatMap((first, index) => built.slice(index + 1).map((second) => [first, second]))
  return [...features.map((feature) => [feature]), ...pairs]
}

/** `count` repositories that `seed` fixes: all combinations, evenly thinned where fewer are asked, again with other data where more. */
export function* generated(count: number, seed: number): Generator<Generated> {
  const all = combinations()
  const step = Math.max(1, all.length / count)
  for (let index = 0; index < count; index += 1) {
    const chosen = all[Math.floor(index * step) % all.length]
    if (chosen !== undefined) yield repository(chosen, seed, index)
  }
}

function repository(chosen: readonly Feature[], seed: number, index: number): Generated {
  const overlay = emptyOverlay(randomFrom(seed * 1_000_003 + index))
  addObjects(overlay)
  for (const feature of chosen) feature.apply(overlay)
  return { name: chosen.map(({ name }) => name).join('+'), files: filesOf(overlay), dir: TOP }
}

export function combinationCount(): number {
  return combinations().length
}
