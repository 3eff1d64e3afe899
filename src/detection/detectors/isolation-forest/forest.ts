import { seededRandom } from '../random.ts'

/** Liu, Ting and Zhou (ICDM 2008): more trees or larger samples gain nothing. */
const TREES = 100
const SAMPLE = 256
const EULER = 0.5772156649015329

/**
 * A trained forest as plain data, half as large as it might be: a service holds one for each workload. The nodes of all trees stand one after the
 * other, a node's left child right behind it. `column` is -1 at a leaf; there `link` says which of `lengths` the whole path to it has, and elsewhere
 * how much further on the right child stands. `splits` are those of the nodes that are no leaf, in their order: a tree of 2n + 1 nodes has n. `roots` is
 * the first node of each tree.
 */
export type Forest = {
  /** Rows that each tree saw. */
  readonly sample: number
  readonly roots: Int32Array
  readonly column: Int8Array
  readonly link: Uint16Array
  readonly splits: Float64Array
  readonly lengths: Float64Array
}

/** The same as it grows: `value` is the length of the path at a leaf, else the split; `right` is the right child. */
export type Grown = {
  readonly sample: number
  readonly roots: Int32Array
  readonly column: Int8Array
  readonly value: Float64Array
  readonly right: Int32Array
}

/** Rows of `width` numbers each, one after the other; none is NaN. */
export type Matrix = { readonly width: number; readonly rows: number; readonly cells: Float64Array }

/** c(n): average path length of an unsuccessful search in a binary tree of n rows (Liu et al., equation 1). */
export function averagePath(rows: number): number {
  if (rows <= 1) return 0
  if (rows === 2) return 1
  return 2 * (Math.log(rows - 1) + EULER) - (2 * (rows - 1)) / rows
}

/** Anomaly score of the row at `offset` of `cells`, 0 to 1: 2^(-average path / c(sample)). */
export function scoreAt(forest: Forest, cells: Float64Array, offset: number): number {
  const { roots, column, link, splits, lengths, sample } = forest
  let total = 0
  for (let tree = 0; tree < roots.length; tree += 1) {
    let node = roots[tree] ?? 0
    // All trees before have one leaf more than splits.
    let split = (node - tree) >> 1
    let at = column[node] ?? -1
    while (at >= 0) {
      if ((cells[offset + at] ?? 0) < (splits[split] ?? 0)) {
        node += 1
        split += 1
      } else {
        // The left child and what is below it lie between: one leaf more than splits.
        const further = link[node] ?? 0
        node += further
        split += further >> 1
      }
      at = column[node] ?? -1
    }
    total += lengths[link[node] ?? 0] ?? 0
  }
  return 2 ** (-total / roots.length / averagePath(sample))
}

/** A forest that has grown, made small. */
export function packed({ sample, roots, column, value, right }: Grown): Forest {
  const link = new Uint16Array(column.length)
  const known = new Map<number, number>()
  for (let node = 0; node < column.length; node += 1) {
    const length = value[node] ?? 0
    if ((column[node] ?? -1) >= 0) link[node] = (right[node] ?? 0) - node
    else {
      if (!known.has(length)) known.set(length, known.size)
      link[node] = known.get(length) ?? 0
    }
  }
  const splits = value.filter((_, node) => (column[node] ?? -1) >= 0)
  return { sample, roots, column, link, splits, lengths: Float64Array.from(known.keys()) }
}

/**
 * Isolation Forest (Liu, Ting and Zhou, ICDM 2008) on at least two rows. Each tree has its own sample, drawn without replacement; columns that do not differ within a
 * node are never split on.
 */
export function trainForest(matrix: Matrix, seed: number): Forest {
  const sample = Math.min(SAMPLE, matrix.rows)
  const random = seededRandom(seed)
  const most = TREES * (2 * sample - 1)
  const growing: Growing = {
    matrix,
    random,
    depth: Math.ceil(Math.log2(Math.max(2, sample))),
    order: Int32Array.from({ length: matrix.rows }, (_, row) => row),
    column: new Int8Array(most),
    value: new Float64Array(most),
    right: new Int32Array(most),
    nodes: 0,
  }
  const roots = new Int32Array(TREES)
  for (let tree = 0; tree < TREES; tree += 1) {
    draw(growing.order, sample, random)
    roots[tree] = growing.nodes
    grow(growing, 0, sample, 0)
  }
  return packed({
    sample,
    roots,
    column: growing.column.slice(0, growing.nodes),
    value: growing.value.slice(0, growing.nodes),
    right: growing.right.slice(0, growing.nodes),
  })
}

type Growing = {
  readonly matrix: Matrix
  readonly random: () => number
  readonly depth: number
  /** Rows; those of the tree that grows stand first, those of a node side by side. */
  readonly order: Int32Array
  readonly column: Int8Array
  readonly value: Float64Array
  readonly right: Int32Array
  nodes: number
}

/** Puts `count` different rows first, by a partial Fisher-Yates shuffle. */
function draw(order: Int32Array, count: number, random: () => number): void {
  for (let at = 0; at < count; at += 1) swap(order, at, at + Math.floor(random() * (order.length - at)))
}

function swap(order: Int32Array, one: number, other: number): void {
  const kept = order[one] ?? 0
  order[one] = order[other] ?? 0
  order[other] = kept
}

/** Grows the node of the rows [from, to) of the order, and what is below it. */
function grow(growing: Growing, from: number, to: number, depth: number): void {
  const { matrix, order, random } = growing
  const node = growing.nodes
  growing.nodes += 1
  const column = depth < growing.depth && to - from > 1 ? columnThatDiffers(growing, from, to) : -1
  growing.column[node] = column
  if (column < 0) {
    growing.value[node] = depth + averagePath(to - from)
    return
  }
  const { low, high } = rangeOf(growing, column, from, to)
  // Never the lowest value itself, so that neither side is empty.
  const split = high - (high - low) * random()
  growing.value[node] = split > low ? split : high
  const middle = partition(matrix, order, column, growing.value[node] ?? 0, from, to)
  grow(growing, from, middle, depth + 1)
  growing.right[node] = growing.nodes
  grow(growing, middle, to, depth + 1)
}

/** A column drawn at random among those that differ within the node; -1 where all rows are alike. */
function columnThatDiffers(growing: Growing, from: number, to: number): number {
  const { width } = growing.matrix
  const first = Math.floor(growing.random() * width)
  for (let away = 0; away < width; away += 1) {
    const column = (first + away) % width
    const { low, high } = rangeOf(growing, column, from, to)
    if (high > low) return column
  }
  return -1
}

function rangeOf({ matrix, order }: Growing, column: number, from: number, to: number) {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let at = from; at < to; at += 1) {
    const value = matrix.cells[(order[at] ?? 0) * matrix.width + column] ?? 0
    if (value < low) low = value
    if (value > high) high = value
  }
  return { low, high }
}

/** Puts the rows below the split first, and gives where the others begin. */
function partition(matrix: Matrix, order: Int32Array, column: number, split: number, from: number, to: number): number {
  let middle = from
  for (let at = from; at < to; at += 1) {
    if ((matrix.cells[(order[at] ?? 0) * matrix.width + column] ?? 0) >= split) continue
    swap(order, at, middle)
    middle += 1
  }
  return middle
}
