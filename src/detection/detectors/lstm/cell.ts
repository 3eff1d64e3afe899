import { GATES, headAt, type Network, type Shape, unitSize } from './network.ts'
import type { Tape } from './tape.ts'

/** From here on the approximation below would pass 1. */
const SATURATED = 6.298

/**
 * tanh by Lambert's continued fraction of depth nine: within 7e-6 everywhere, exact to 1e-9 up to 2, odd, and about three times as fast as
 * Math.tanh. Only sums, products and one quotient, so the same bits on every machine, which Math.tanh does not promise.
 */
export function tanh(x: number): number {
  if (x > SATURATED) return 1
  if (x < -SATURATED) return -1
  const y = x * x
  const over = 34459425 + y * (4729725 + y * (135135 + y * (990 + y)))
  const under = 34459425 + y * (16216200 + y * (945945 + y * (13860 + y * 45)))
  return (x * over) / under
}

export function sigmoid(x: number): number {
  return 0.5 + 0.5 * tanh(0.5 * x)
}

/** What reading one window leaves behind, for learning from it. One for many windows: nothing is allocated per window. */
export type Memory = {
  /** Bias and inputs of each step, summed per unit and gate. */
  readonly projected: Float64Array
  /** Gates after their activation, per step and unit. */
  readonly gates: Float64Array
  /** State and its tanh after each step. Index 0 is the state before the first. */
  readonly cells: Float64Array
  readonly squashed: Float64Array
  readonly hidden: Float64Array
}

export function memoryFor({ steps, hidden }: Shape): Memory {
  return {
    projected: new Float64Array(steps * hidden * GATES),
    gates: new Float64Array(steps * hidden * GATES),
    cells: new Float64Array((steps + 1) * hidden),
    squashed: new Float64Array((steps + 1) * hidden),
    hidden: new Float64Array((steps + 1) * hidden),
  }
}

/** Bias and inputs of the row that begins at `inputs[from]`, summed per unit and gate into `sums` from `at` on. */
export function project(
  { shape, weights }: Network,
  inputs: Float64Array,
  from: number,
  sums: Float64Array,
  at: number,
): void {
  const size = unitSize(shape)
  // An import is looked up at each use where modules are not bundled.
  const gatesOfUnit = GATES
  for (let unit = 0; unit < shape.hidden; unit += 1) {
    let w = unit * size
    let a = weights[w] ?? 0
    let b = weights[w + 1] ?? 0
    let c = weights[w + 2] ?? 0
    let d = weights[w + 3] ?? 0
    for (let k = 0; k < shape.inputs; k += 1) {
      const x = inputs[from + k] ?? 0
      w += gatesOfUnit
      a += x * (weights[w] ?? 0)
      b += x * (weights[w + 1] ?? 0)
      c += x * (weights[w + 2] ?? 0)
      d += x * (weights[w + 3] ?? 0)
    }
    const to = at + unit * GATES
    sums[to] = a
    sums[to + 1] = b
    sums[to + 2] = c
    sums[to + 3] = d
  }
}

/** One step of the cell: from the state before step `step` in `memory` to the state after it, with the inputs summed in `sums` from `at` on. */
export function advance(network: Network, memory: Memory, step: number, sums: Float64Array, at: number): void {
  const { shape, weights } = network
  const { gates, cells, squashed, hidden } = memory
  const units = shape.hidden
  const size = unitSize(shape)
  const gatesOfUnit = GATES
  const before = step * units
  const after = before + units
  for (let unit = 0; unit < units; unit += 1) {
    let w = unit * size + GATES * (1 + shape.inputs)
    const p = at + unit * GATES
    let a = sums[p] ?? 0
    let b = sums[p + 1] ?? 0
    let c = sums[p + 2] ?? 0
    let d = sums[p + 3] ?? 0
    for (let k = 0; k < units; k += 1) {
      const h = hidden[before + k] ?? 0
      a += h * (weights[w] ?? 0)
      b += h * (weights[w + 1] ?? 0)
      c += h * (weights[w + 2] ?? 0)
      d += h * (weights[w + 3] ?? 0)
      w += gatesOfUnit
    }
    a = sigmoid(a)
    b = sigmoid(b)
    c = tanh(c)
    d = sigmoid(d)
    const g = before * GATES + unit * GATES
    gates[g] = a
    gates[g + 1] = b
    gates[g + 2] = c
    gates[g + 3] = d
    const cell = b * (cells[before + unit] ?? 0) + a * c
    const flat = tanh(cell)
    cells[after + unit] = cell
    squashed[after + unit] = flat
    hidden[after + unit] = d * flat
  }
}

/** Reads the window that ends with `row`, its newest row veiled. */
export function readWindow(network: Network, memory: Memory, tape: Tape, row: number): void {
  const { steps, hidden } = network.shape
  const size = hidden * GATES
  for (let step = 0; step < steps; step += 1) {
    const from = (row - steps + 1 + step) * tape.width
    project(network, step === steps - 1 ? tape.veiled : tape.inputs, from, memory.projected, step * size)
    advance(network, memory, step, memory.projected, step * size)
  }
}

/** What the head makes of the last state for step `step` and column `column`. */
export function rebuilt({ shape, weights }: Network, memory: Memory, step: number, column: number): number {
  const units = shape.hidden
  const last = shape.steps * units
  let w = headAt(shape) + (step * shape.columns + column) * (1 + units)
  let sum = weights[w] ?? 0
  for (let k = 0; k < units; k += 1) {
    w += 1
    sum += (memory.hidden[last + k] ?? 0) * (weights[w] ?? 0)
  }
  return sum
}
