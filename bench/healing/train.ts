import { seededRandom } from '../../src/detection/detectors/random.ts'
import type { PackedForest } from '../../src/detection/healing/forest.ts'
import { HEALING_CLASSES, HEALING_FEATURES, type HealingRow, healingRule } from '../../src/detection/healing/rule.ts'

/** Rows as the seed draws them, each feature evenly and on its own. The ends are left out. */
const ENDS: HealingRow = { cpu_usage: 100, memory_usage: 100, error_count: 20, uptime: 86_400, hour_of_day: 24 }

export type Training = { readonly rows: number; readonly trees: number; readonly depth: number; readonly seed: number }

/** As the seed has them, but that all rows are learned from: what it is held against is drawn anew. */
export const TRAINING: Training = { rows: 1000, trees: 100, depth: 10, seed: 42 }

/** Features that a split chooses among: all but two, since most tell nothing. */
const TRIED = 3

export function drawRows(count: number, seed: number): readonly HealingRow[] {
  const random = seededRandom(seed)
  const one = (name: keyof HealingRow): number => Math.floor(random() * ENDS[name])
  return Array.from({ length: count }, () => ({
    cpu_usage: one('cpu_usage'),
    memory_usage: one('memory_usage'),
    error_count: one('error_count'),
    uptime: one('uptime'),
    hour_of_day: one('hour_of_day'),
  }))
}

type Sample = { readonly values: readonly number[]; readonly label: number }

/** A random forest (Breiman 2001): each tree on rows drawn with replacement, each split the best by Gini impurity among some of the features. */
export function trainForest({ rows, trees, depth, seed }: Training): PackedForest {
  const samples = drawRows(rows, seed).map(
    (row): Sample => ({
      values: HEALING_FEATURES.map((name) => row[name]),
      label: HEALING_CLASSES.indexOf(healingRule(row)),
    }),
  )
  const random = seededRandom(seed + 1)
  const drawn = (): Sample[] =>
    Array.from({ length: rows }, () => samples[Math.floor(random() * rows)]).filter((one) => one !== undefined)
  return Array.from({ length: trees }, () => {
    const tree: number[] = []
    grow(tree, drawn(), depth, random)
    return tree
  })
}

function grow(tree: number[], samples: readonly Sample[], depth: number, random: () => number): void {
  const counts = countsOf(samples)
  const split = depth === 0 || counts.filter((count) => count > 0).length < 2 ? undefined : bestSplit(samples, random)
  if (split === undefined) {
    const pure = counts.indexOf(samples.length)
    tree.push(...(pure >= 0 ? [-1 - pure] : [-4, ...counts]))
    return
  }
  const { feature, threshold } = split
  const left = (one: Sample): boolean => (one.values[feature] ?? 0) <= threshold
  tree.push(feature, threshold)
  grow(tree, samples.filter(left), depth - 1, random)
  grow(
    tree,
    samples.filter((one) => !left(one)),
    depth - 1,
    random,
  )
}

type Split = { readonly feature: number; readonly threshold: number; readonly impurity: number }

function bestSplit(samples: readonly Sample[], random: () => number): Split | undefined {
  const features = HEALING_FEATURES.map((_, at) => at)
  let best: Split | undefined
  for (let tried = 0; tried < TRIED; tried += 1) {
    const [feature = 0] = features.splice(Math.floor(random() * features.length), 1)
    const found = bestOf(samples, feature)
    if (found !== undefined && (best === undefined || found.impurity < best.impurity)) best = found
  }
  return best
}

/** The best threshold of one feature, by one walk over the samples in its order. Values are whole, so a threshold is too. */
function bestOf(samples: readonly Sample[], feature: number): Split | undefined {
  const sorted = samples.toSorted((a, b) => (a.values[feature] ?? 0) - (b.values[feature] ?? 0))
  const left = HEALING_CLASSES.map(() => 0)
  const right = countsOf(samples)
  let best: Split | undefined
  for (const [at, { values, label }] of sorted.entries()) {
    left[label] = (left[label] ?? 0) + 1
    right[label] = (right[label] ?? 0) - 1
    const threshold = values[feature] ?? 0
    const next = sorted[at + 1]?.values[feature]
    if (next === undefined || next === threshold) continue
    const impurity = gini(left, at + 1) + gini(right, samples.length - at - 1)
    if (best === undefined || impurity < best.impurity) best = { feature, threshold, impurity }
  }
  return best
}

/** Gini impurity times the number of samples. */
function gini(counts: readonly number[], total: number): number {
  return total - counts.reduce((sum, count) => sum + count * count, 0) / total
}

function countsOf(samples: readonly Sample[]): number[] {
  const counts = HEALING_CLASSES.map(() => 0)
  for (const { label } of samples) counts[label] = (counts[label] ?? 0) + 1
  return counts
}
