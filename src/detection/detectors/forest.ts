import { IsolationForest, type TreeNode } from 'ml-isolation-forest'
import { seededRandom } from './random.ts'

/** Liu, Ting and Zhou (ICDM 2008): more trees or larger samples gain nothing. */
const TREES = 100
const SAMPLE = 256

/** A tree as arrays: node 0 is the root. `column` is -1 at a leaf, whose `value` is then the path length to add; else `value` is the split. */
export type FlatTree = {
  readonly column: Int16Array
  readonly value: Float64Array
  readonly left: Int32Array
  readonly right: Int32Array
}

/** A trained forest as plain data. `sample` is the number of rows that each tree saw. */
export type Forest = { readonly sample: number; readonly trees: readonly FlatTree[] }

/**
 * Trains ml-isolation-forest on rows without NaN and without constant columns. The package sees all rows in every tree, draws from
 * Math.random and forgets its own typing in JSON; so each tree is an instance of one tree on its own sample, drawn with a seeded
 * generator, and is kept as arrays. Synchronous, so nothing else can draw meanwhile.
 */
export function trainForest(rows: readonly (readonly number[])[], seed: number): Forest {
  const sample = Math.min(SAMPLE, rows.length)
  const random = seededRandom(seed)
  const dice = Math.random
  Math.random = random
  try {
    const trees = Array.from({ length: TREES }, () => {
      const one = new IsolationForest({ nEstimators: 1 })
      one.train(drawRows(rows, sample, random))
      return flatten(one.forest[0])
    })
    return { sample, trees }
  } finally {
    Math.random = dice
  }
}

/** `count` different rows, by a partial Fisher-Yates shuffle of their positions. */
function drawRows(
  rows: readonly (readonly number[])[],
  count: number,
  random: () => number,
): readonly (readonly number[])[] {
  const order = Int32Array.from(rows, (_, row) => row)
  const drawn: (readonly number[])[] = []
  for (let at = 0; at < count; at += 1) {
    const other = at + Math.floor(random() * (order.length - at))
    const picked = order[other] ?? at
    order[other] = order[at] ?? other
    const row = rows[picked]
    if (row !== undefined) drawn.push(row)
  }
  return drawn
}

function flatten(root: TreeNode | undefined): FlatTree {
  const column: number[] = []
  const value: number[] = []
  const left: number[] = []
  const right: number[] = []
  const add = (node: TreeNode | undefined): number => {
    const at = column.length
    const leaf = node?.left === undefined || node.right === undefined
    column.push(leaf ? -1 : (node.splitColumn ?? 0))
    value.push(leaf ? averagePath(node?.trainingSet?.length ?? 0) : (node.splitValue ?? 0))
    left.push(-1)
    right.push(-1)
    if (!leaf) {
      left[at] = add(node.left)
      right[at] = add(node.right)
    }
    return at
  }
  add(root)
  return {
    column: Int16Array.from(column),
    value: Float64Array.from(value),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
  }
}

/** c(n): average path length of an unsuccessful search in a binary tree of n rows (Liu et al., equation 1). */
function averagePath(rows: number): number {
  if (rows <= 1) return 0
  if (rows === 2) return 1
  return 2 * (Math.log(rows - 1) + 0.5772156649015329) - (2 * (rows - 1)) / rows
}

/** Anomaly score of one row, 0 to 1: 2^(-average path / c(sample)). NaN for a row with NaN. */
export function scoreRow(forest: Forest, row: ArrayLike<number>): number {
  for (let at = 0; at < row.length; at += 1) if (!Number.isFinite(row[at])) return Number.NaN
  let total = 0
  for (const tree of forest.trees) total += pathLength(tree, row)
  return 2 ** (-total / forest.trees.length / averagePath(forest.sample))
}

function pathLength(tree: FlatTree, row: ArrayLike<number>): number {
  let node = 0
  let depth = 0
  for (;;) {
    const column = tree.column[node] ?? -1
    const value = tree.value[node] ?? 0
    if (column < 0) return depth + value
    node = ((row[column] ?? 0) < value ? tree.left[node] : tree.right[node]) ?? 0
    depth += 1
  }
}
