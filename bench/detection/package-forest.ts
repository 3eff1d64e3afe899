import { IsolationForest, type TreeNode } from 'ml-isolation-forest'
import { averagePath, type Forest, type Matrix, packed } from '../../src/detection/detectors/isolation-forest/forest.ts'
import { seededRandom } from '../../src/detection/detectors/random.ts'

const TREES = 100
const SAMPLE = 256

/**
 * The forest that ml-isolation-forest grows, in the form of ours, so that the one can be measured beside the other. The package sees all rows in every tree and draws from
 * Math.random; so each tree is an instance of one tree on its own sample, drawn with a seeded generator. Synchronous, so nothing else can draw meanwhile.
 */
export function trainByPackage(matrix: Matrix, seed: number): Forest {
  const sample = Math.min(SAMPLE, matrix.rows)
  const random = seededRandom(seed)
  const rows = Array.from({ length: matrix.rows }, (_, row) =>
    Array.from(matrix.cells.subarray(row * matrix.width, (row + 1) * matrix.width)),
  )
  const nodes = { column: [] as number[], value: [] as number[], right: [] as number[] }
  const dice = Math.random
  Math.random = random
  try {
    const roots = Int32Array.from({ length: TREES }, () => {
      const one = new IsolationForest({ nEstimators: 1 })
      one.train(drawn(rows, sample, random))
      return flatten(one.forest[0], nodes, 0)
    })
    return packed({
      sample,
      roots,
      column: Int8Array.from(nodes.column),
      value: Float64Array.from(nodes.value),
      right: Int32Array.from(nodes.right),
    })
  } finally {
    Math.random = dice
  }
}

function drawn<T>(rows: readonly T[], count: number, random: () => number): T[] {
  const left = [...rows]
  return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)).flat()
}

type Nodes = { readonly column: number[]; readonly value: number[]; readonly right: number[] }

function flatten(node: TreeNode | undefined, nodes: Nodes, depth: number): number {
  const at = nodes.column.length
  const { left, right } = node ?? {}
  if (left === undefined || right === undefined) {
    nodes.column.push(-1)
    nodes.value.push(depth + averagePath(node?.trainingSet?.length ?? 0))
    nodes.right.push(-1)
    return at
  }
  nodes.column.push(node?.splitColumn ?? 0)
  nodes.value.push(node?.splitValue ?? 0)
  nodes.right.push(-1)
  flatten(left, nodes, depth + 1)
  nodes.right[at] = flatten(right, nodes, depth + 1)
  return at
}
