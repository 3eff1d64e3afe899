import { type Memory, memoryFor, readWindow, rebuilt } from './cell.ts'
import { PULL, targetAt, weightOf } from './loss.ts'
import { GATES, headAt, type Network, unitSize } from './network.ts'
import type { Tape } from './tape.ts'

/** What learning from one window needs beside its memory. Filled anew for each window, but for `gradient`, which adds up. */
export type Workshop = {
  readonly memory: Memory
  readonly gradient: Float64Array
  /** Of the loss by the last state, and by the state before the step at hand. */
  readonly byHidden: Float64Array
  readonly byBefore: Float64Array
  readonly byCell: Float64Array
}

export function workshopFor(network: Network): Workshop {
  const { hidden } = network.shape
  return {
    memory: memoryFor(network.shape),
    gradient: new Float64Array(network.weights.length),
    byHidden: new Float64Array(hidden),
    byBefore: new Float64Array(hidden),
    byCell: new Float64Array(hidden),
  }
}

/** Learns from the window that ends with `row`: the gradient of its loss by the weights is added to the workshop's. */
export function descend(network: Network, shop: Workshop, tape: Tape, row: number): void {
  readWindow(network, shop.memory, tape, row)
  throughHead(network, shop, tape, row)
  throughTime(network, shop, tape, row)
}

function throughHead({ shape, weights }: Network, shop: Workshop, tape: Tape, row: number): void {
  const { steps, columns, hidden } = shape
  const { memory, gradient, byHidden } = shop
  byHidden.fill(0)
  const last = steps * hidden
  let w = headAt(shape)
  for (let step = 0; step < steps; step += 1) {
    const weight = weightOf(shape, step)
    for (let column = 0; column < columns; column += 1, w += 1 + hidden) {
      const target = targetAt(tape, shape, row, step, column)
      if (Number.isNaN(target)) continue
      const error = rebuilt({ shape, weights }, memory, step, column) - target
      const pull = weight * Math.max(-PULL, Math.min(PULL, error))
      gradient[w] = (gradient[w] ?? 0) + pull
      for (let k = 0; k < hidden; k += 1) {
        gradient[w + 1 + k] = (gradient[w + 1 + k] ?? 0) + pull * (memory.hidden[last + k] ?? 0)
        byHidden[k] = (byHidden[k] ?? 0) + pull * (weights[w + 1 + k] ?? 0)
      }
    }
  }
}

function throughTime(network: Network, shop: Workshop, tape: Tape, row: number): void {
  const { steps, hidden } = network.shape
  const { byHidden, byBefore, byCell } = shop
  byCell.fill(0)
  for (let step = steps - 1; step >= 0; step -= 1) {
    byBefore.fill(0)
    const from = (row - steps + 1 + step) * tape.width
    const inputs = step === steps - 1 ? tape.veiled : tape.inputs
    for (let unit = 0; unit < hidden; unit += 1) throughUnit(network, shop, step, unit, inputs, from)
    byHidden.set(byBefore)
  }
}

/** Through one unit at one step: its share of the gradient, and what it hands to the state before. */
function throughUnit(
  { shape, weights }: Network,
  { memory, gradient, byHidden, byBefore, byCell }: Workshop,
  step: number,
  unit: number,
  inputs: Float64Array,
  from: number,
): void {
  const units = shape.hidden
  const before = step * units
  const after = before + units
  const g = (before + unit) * GATES
  const i = memory.gates[g] ?? 0
  const f = memory.gates[g + 1] ?? 0
  const c = memory.gates[g + 2] ?? 0
  const o = memory.gates[g + 3] ?? 0
  const flat = memory.squashed[after + unit] ?? 0
  const dh = byHidden[unit] ?? 0
  const dcell = (byCell[unit] ?? 0) + dh * o * (1 - flat * flat)
  byCell[unit] = dcell * f
  const di = dcell * c * i * (1 - i)
  const df = dcell * (memory.cells[before + unit] ?? 0) * f * (1 - f)
  const dc = dcell * i * (1 - c * c)
  const dout = dh * flat * o * (1 - o)
  let w = unit * unitSize(shape)
  gradient[w] = (gradient[w] ?? 0) + di
  gradient[w + 1] = (gradient[w + 1] ?? 0) + df
  gradient[w + 2] = (gradient[w + 2] ?? 0) + dc
  gradient[w + 3] = (gradient[w + 3] ?? 0) + dout
  w += GATES
  for (let k = 0; k < shape.inputs; k += 1, w += GATES) {
    const x = inputs[from + k] ?? 0
    gradient[w] = (gradient[w] ?? 0) + di * x
    gradient[w + 1] = (gradient[w + 1] ?? 0) + df * x
    gradient[w + 2] = (gradient[w + 2] ?? 0) + dc * x
    gradient[w + 3] = (gradient[w + 3] ?? 0) + dout * x
  }
  for (let k = 0; k < units; k += 1, w += GATES) {
    const h = memory.hidden[before + k] ?? 0
    gradient[w] = (gradient[w] ?? 0) + di * h
    gradient[w + 1] = (gradient[w + 1] ?? 0) + df * h
    gradient[w + 2] = (gradient[w + 2] ?? 0) + dc * h
    gradient[w + 3] = (gradient[w + 3] ?? 0) + dout * h
    byBefore[k] =
      (byBefore[k] ?? 0) +
      di * (weights[w] ?? 0) +
      df * (weights[w + 1] ?? 0) +
      dc * (weights[w + 2] ?? 0) +
      dout * (weights[w + 3] ?? 0)
  }
}
