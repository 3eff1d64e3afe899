import { HEALING_CLASSES, HEALING_FEATURES, type HealingClass, type HealingRow } from './rule.ts'

/**
 * A forest as compact JSON: a list of numbers for each tree, its nodes in preorder. A split is a feature and its threshold, and what is at most
 * that goes left; a leaf is the class as -1, -2 or -3, or -4 and the counts of the three classes.
 */
export type PackedForest = readonly (readonly number[])[]

const MIXED = -4

/** What the trees say together, and the mean share of the class in their leaves, 0 to 1. Throws RangeError for what is no such forest. */
export function healingOpinion(
  forest: PackedForest,
  row: HealingRow,
): { readonly action: HealingClass; readonly share: number } {
  const values = HEALING_FEATURES.map((name) => row[name])
  const shares = HEALING_CLASSES.map(() => 0)
  for (const tree of forest)
    for (const [at, share] of leafOf(tree, values).entries()) shares[at] = (shares[at] ?? 0) + share / forest.length
  const share = Math.max(...shares)
  const action = HEALING_CLASSES[shares.indexOf(share)]
  if (action === undefined) throw new RangeError('a forest without a tree')
  return { action, share }
}

/** Shares of the classes in the leaf that the row falls into. */
function leafOf(tree: readonly number[], values: readonly number[]): readonly number[] {
  let at = 0
  for (;;) {
    const head = numberAt(tree, at)
    if (head < 0) return sharesAt(tree, at)
    const goesLeft = numberAt(values, head) <= numberAt(tree, at + 1)
    at = goesLeft ? at + 2 : endOf(tree, at + 2)
  }
}

function sharesAt(tree: readonly number[], at: number): readonly number[] {
  const head = numberAt(tree, at)
  if (head !== MIXED) return HEALING_CLASSES.map((_, place) => (head === -1 - place ? 1 : 0))
  const counts = tree.slice(at + 1, at + 1 + HEALING_CLASSES.length)
  const total = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => count / total)
}

/** Where the subtree that begins at `from` has ended. */
function endOf(tree: readonly number[], from: number): number {
  let at = from
  for (let open = 1; open > 0; ) {
    const head = numberAt(tree, at)
    if (head >= 0) {
      at += 2
      open += 1
    } else {
      at += head === MIXED ? 1 + HEALING_CLASSES.length : 1
      open -= 1
    }
  }
  return at
}

function numberAt(list: readonly number[], at: number): number {
  const found = list[at]
  if (found === undefined) throw new RangeError('a tree that ends before its leaf')
  return found
}
