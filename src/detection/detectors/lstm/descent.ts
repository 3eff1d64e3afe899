import { type Memory, memoryFor, readWindow, rebuilt } from './cell.ts'
import { PULL, targetAt, weightOf } from './loss.ts'
import { GATES, headAt, type Network, unitSize } from './network.ts'
import type { Tape } from './tape.ts'

/** What learning from one window needs beside its memory. Filled anew for each window, but for `gradient`, which adds up. */
export type Workshop = {
  readonly memory: Memory
  readonly gradient: Float64Array
  /** Of the loss by the sums of each step's gates, and by the state after the step at hand. */
  readonly byGates: Float64Array
  readonly byHidden: Float64Array
  readonly byCell: Float64Array
}

export function workshopFor(network: Network): Workshop {
  const { steps, hidden } = network.shape
  return {
    memory: memoryFor(network.shape),
    gradient: new Float64Array(network.weights.length),
    byGates: new Float64Array(steps * hidden * GATES),
    byHidden: new Float64Array(hidden),
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
  shop.byCell.fill(0)
  for (let step = steps - 1; step >= 0; step -= 1) {
    for (let unit = 0; unit < hidden; unit += 1) throughGates(shop, hidden, step, unit)
    if (step > 0) throughState(network, shop, step)
  }
  for (let unit = 0; unit < hidden; unit += 1) gather(network, shop, tape, row, unit)
}

/** The gradient by the sums of one unit's gates at one step, and by its cell before it. */
function throughGates(
  { memory, byGates, byHidden, byCell }: Workshop,
  units: number,
  step: number,
  unit: number,
): void {
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
  byGates[g] = dcell * c * i * (1 - i)
  byGates[g + 1] = dcell * (memory.cells[before + unit] ?? 0) * f * (1 - f)
  byGates[g + 2] = dcell * i * (1 - c * c)
  byGates[g + 3] = dh * flat * o * (1 - o)
}

/** What the units at one step hand to the state before it. */
function throughState({ shape, weights }: Network, { byGates, byHidden }: Workshop, step: number): void {
  const { hidden, inputs } = shape
  const size = unitSize(shape)
  const gatesOfUnit = GATES
  for (let k = 0; k < hidden; k += 1) {
    let sum = 0
    let w = gatesOfUnit * (1 + inputs + k)
    let g = step * hidden * gatesOfUnit
    for (let unit = 0; unit < hidden; unit += 1, w += size, g += gatesOfUnit)
      sum +=
        (byGates[g] ?? 0) * (weights[w] ?? 0) +
        (byGates[g + 1] ?? 0) * (weights[w + 1] ?? 0) +
        (byGates[g + 2] ?? 0) * (weights[w + 2] ?? 0) +
        (byGates[g + 3] ?? 0) * (weights[w + 3] ?? 0)
    byHidden[k] = sum
  }
}

/** Adds up one unit's share of the gradient over all steps: its biases, its inputs (the newest row veiled) and its recurrent inputs. */
function gather({ shape }: Network, shop: Workshop, tape: Tape, row: number, unit: number): void {
  const { steps, inputs, hidden } = shape
  const first = (row - steps + 1) * tape.width
  const w = unit * unitSize(shape)
  const g = unit * GATES
  add(shop, w, g, hidden, ONES, 0, 0, steps)
  for (let k = 0; k < inputs; k += 1) {
    const at = w + GATES * (1 + k)
    add(shop, at, g, hidden, tape.inputs, first + k, tape.width, steps - 1)
    add(shop, at, g + (steps - 1) * hidden * GATES, hidden, tape.veiled, row * tape.width + k, 0, 1)
  }
  for (let k = 0; k < hidden; k += 1)
    add(shop, w + GATES * (1 + inputs + k), g, hidden, shop.memory.hidden, k, hidden, steps)
}

const ONES = new Float64Array([1])

/** Adds the products of so many steps' gates from `g` on and of what was read at them, from `x` on every `stride`, to four gradients. */
function add(
  { gradient, byGates }: Workshop,
  w: number,
  g: number,
  units: number,
  read: Float64Array,
  x: number,
  stride: number,
  steps: number,
): void {
  let a = gradient[w] ?? 0
  let b = gradient[w + 1] ?? 0
  let c = gradient[w + 2] ?? 0
  let d = gradient[w + 3] ?? 0
  const apart = GATES * units
  for (let step = 0; step < steps; step += 1) {
    const one = read[x] ?? 0
    a += one * (byGates[g] ?? 0)
    b += one * (byGates[g + 1] ?? 0)
    c += one * (byGates[g + 2] ?? 0)
    d += one * (byGates[g + 3] ?? 0)
    x += stride
    g += apart
  }
  gradient[w] = a
  gradient[w + 1] = b
  gradient[w + 2] = c
  gradient[w + 3] = d
}
