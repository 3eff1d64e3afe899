import { seededRandom } from '../../src/detection/detectors/random.ts'
import { healingOpinion, type PackedForest } from '../../src/detection/healing/forest.ts'
import {
  HEALING_FEATURES,
  type HealingFeature,
  type HealingRow,
  healingRule,
} from '../../src/detection/healing/rule.ts'

/** Share of the rows on which the forest says what the rule does. */
export function agreement(forest: PackedForest, rows: readonly HealingRow[]): number {
  return rows.filter((row) => healingOpinion(forest, row).action === healingRule(row)).length / rows.length
}

/** Agreement that is left when one feature is that of another row. */
export function importance(
  forest: PackedForest,
  rows: readonly HealingRow[],
): readonly (readonly [HealingFeature, number])[] {
  return HEALING_FEATURES.map((name) => {
    const other = (at: number): number => rows[(at + 1) % rows.length]?.[name] ?? 0
    const same = rows.filter(
      (row, at) => healingOpinion(forest, { ...row, [name]: other(at) }).action === healingRule(row),
    )
    return [name, same.length / rows.length] as const
  })
}

/** The seed's application reports numbers drawn evenly, CPU from 10 to 90 and memory from 20 to 80; here with no error at all. */
export function toldToReset(
  forest: PackedForest,
  { rows, seed }: { readonly rows: number; readonly seed: number },
): number {
  const random = seededRandom(seed)
  let told = 0
  for (let at = 0; at < rows; at += 1) {
    const row = { cpu_usage: 10 + 80 * random(), memory_usage: 20 + 60 * random() }
    const { action } = healingOpinion(forest, { ...row, error_count: 0, uptime: 43_200, hour_of_day: 12 })
    if (action !== 'no_action') told += 1
  }
  return told / rows
}
