import { type Memory, rebuilt } from './cell.ts'
import type { Network, Shape } from './network.ts'
import type { Tape } from './tape.ts'

/** Beyond this many spreads an error pulls no harder (Huber): what is strange in the history is not learned for its size. */
export const PULL = 1
/** The newest row weighs as much as so many others: it is what a live window is judged by. */
const NEWEST = 6

/** Weight of one sample of a row in the loss of its window; all of them make 1. */
export function weightOf({ steps, columns }: Shape, step: number): number {
  return (step === steps - 1 ? NEWEST : 1) / ((steps - 1 + NEWEST) * columns)
}

/**
 * What the head should say for one step and column of the window that ends with `row`: the sample of that row, and for the newest one how far it
 * lies from the one before, so that a level that has drifted is not strange in itself. NaN where there is no sample, or none before the newest.
 */
export function targetAt(
  tape: Tape,
  { steps, columns, levelled }: Shape,
  row: number,
  step: number,
  column: number,
): number {
  const at = (row - steps + 1 + step) * columns + column
  const value = tape.values[at] ?? Number.NaN
  if (step < steps - 1 || levelled === true) return value
  return value - (tape.values[at - columns] ?? Number.NaN)
}

/** Loss of a window that was read, by Huber. Missing samples cost nothing. */
export function lossOf(network: Network, memory: Memory, tape: Tape, row: number): number {
  const { shape } = network
  let loss = 0
  for (let step = 0; step < shape.steps; step += 1) {
    const weight = weightOf(shape, step)
    for (let column = 0; column < shape.columns; column += 1) {
      const target = targetAt(tape, shape, row, step, column)
      if (!Number.isNaN(target)) loss += weight * huber(rebuilt(network, memory, step, column) - target)
    }
  }
  return loss
}

function huber(error: number): number {
  const size = Math.abs(error)
  return size <= PULL ? 0.5 * error * error : PULL * (size - 0.5 * PULL)
}
