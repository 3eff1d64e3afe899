import { seededRandom } from '../random.ts'

/**
 * An autoencoder of windows: an LSTM reads `steps` rows of `inputs` numbers, and a linear head rebuilds `columns` numbers of each of those
 * rows from its last state of `hidden` numbers, which is too narrow to remember them all.
 */
export type Shape = {
  readonly steps: number
  readonly inputs: number
  readonly columns: number
  readonly hidden: number
  /** Whether what is read has no level of its own: then the newest row itself is foretold, and not how far it lies from the one before. */
  readonly levelled?: boolean
}

/**
 * Weights in one vector. First the cell: for each hidden unit a bias, its inputs and its recurrent inputs, four numbers each (input, forget,
 * candidate, output gate). Then the head: for each step and column a bias and the hidden units.
 */
export type Network = { readonly shape: Shape; readonly weights: Float64Array }

/** So many gates share each input of a unit. */
export const GATES = 4

/** Weights of one hidden unit. */
export function unitSize({ inputs, hidden }: Shape): number {
  return GATES * (1 + inputs + hidden)
}

/** Where the head begins. */
export function headAt(shape: Shape): number {
  return shape.hidden * unitSize(shape)
}

export function weightCount(shape: Shape): number {
  return headAt(shape) + shape.steps * shape.columns * (1 + shape.hidden)
}

/** Multiply-adds of reading and rebuilding one window. Learning from it costs about three times that. */
export function costOf(shape: Shape): number {
  return shape.steps * headAt(shape) + shape.steps * shape.columns * (1 + shape.hidden)
}

/** Fresh weights: uniform within 1 / sqrt(fan-in), no biases but a forget gate that begins open (Jozefowicz et al. 2015). */
export function freshNetwork(shape: Shape, seed: number): Network {
  const random = seededRandom(seed)
  const weights = new Float64Array(weightCount(shape))
  const size = unitSize(shape)
  const reach = 1 / Math.sqrt(shape.inputs + shape.hidden)
  for (let at = 0; at < headAt(shape); at += 1) {
    const place = at % size
    if (place >= GATES) weights[at] = (2 * random() - 1) * reach
    else weights[at] = place === 1 ? 1 : 0
  }
  const narrow = 1 / Math.sqrt(shape.hidden)
  for (let at = headAt(shape); at < weights.length; at += 1) {
    const bias = (at - headAt(shape)) % (1 + shape.hidden) === 0
    weights[at] = bias ? 0 : (2 * random() - 1) * narrow
  }
  return { shape, weights }
}
