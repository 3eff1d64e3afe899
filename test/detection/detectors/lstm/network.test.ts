import { describe, expect, it } from 'vitest'
import { readWindow, sigmoid, tanh } from '../../../../src/detection/detectors/lstm/cell.ts'
import { descend, workshopFor } from '../../../../src/detection/detectors/lstm/descent.ts'
import { lossOf } from '../../../../src/detection/detectors/lstm/loss.ts'
import { costOf, freshNetwork, weightCount } from '../../../../src/detection/detectors/lstm/network.ts'
import type { Tape } from '../../../../src/detection/detectors/lstm/tape.ts'
import { train } from '../../../../src/detection/detectors/lstm/training.ts'
import { numbers } from '../../../fakes/windows.ts'

const shape = { steps: 7, inputs: 4, columns: 2, hidden: 5 }

function tapeOf(rows: number, seed: number): Tape {
  const next = numbers(seed)
  const list = (length: number) => Float64Array.from({ length }, () => 3 * next() - 1.5)
  const values = list(rows * shape.columns)
  values[5] = Number.NaN
  const { inputs: width, columns } = shape
  return { rows, width, columns, inputs: list(rows * width), veiled: list(rows * width), values }
}

describe('the activations', () => {
  it('are within 1e-5 of the exact ones everywhere, and never beyond them', () => {
    for (let x = -40; x <= 40; x += 0.05) {
      expect(Math.abs(tanh(x) - Math.tanh(x))).toBeLessThan(1e-5)
      expect(Math.abs(tanh(x))).toBeLessThanOrEqual(1)
      expect(Math.abs(sigmoid(x) - 1 / (1 + Math.exp(-x)))).toBeLessThan(1e-5)
    }
  })

  it('are odd about their middle', () => {
    expect(tanh(-0.7)).toBe(-tanh(0.7))
    expect(sigmoid(0)).toBe(0.5)
  })
})

describe('the gradient', () => {
  it('is that of finite differences, to 1e-6 of it, for every weight', () => {
    const network = freshNetwork(shape, 3)
    const tape = tapeOf(shape.steps, 1)
    const shop = workshopFor(network)
    const last = shape.steps - 1
    const loss = () => {
      readWindow(network, shop.memory, tape, last)
      return lossOf(network, shop.memory, tape, last)
    }
    descend(network, shop, tape, last)
    let worst = 0
    for (const [at, weight] of network.weights.entries()) {
      network.weights[at] = weight + 1e-5
      const above = loss()
      network.weights[at] = weight - 1e-5
      const below = loss()
      network.weights[at] = weight
      const slope = (above - below) / 2e-5
      const found = shop.gradient[at] ?? 0
      worst = Math.max(worst, Math.abs(slope - found) / Math.max(1e-4, Math.abs(slope) + Math.abs(found)))
    }
    console.log(
      `gradient: at most ${worst.toExponential(1)} from finite differences, ${network.weights.length} weights`,
    )
    expect(network.weights).toHaveLength(weightCount(shape))
    expect(shop.gradient.filter((slope) => slope !== 0).length).toBeGreaterThan(0.95 * network.weights.length)
    expect(worst).toBeLessThan(1e-6)
  })
})

describe('training', () => {
  const tape = tapeOf(200, 2)
  const end = Int32Array.from({ length: 190 }, (_, at) => at + 8)
  const windows = { tapes: [tape], tape: new Int32Array(190), end }

  it('gives the same bits for the same seed and others for another', () => {
    const { weights } = train(shape, windows, 4)
    expect(train(shape, windows, 4).weights).toEqual(weights)
    expect(train(shape, windows, 5).weights).not.toEqual(weights)
  })

  it('goes on from a network without changing it', () => {
    const first = train(shape, windows, 4)
    const kept = first.weights.slice()
    expect(train(shape, windows, 4, first).weights).not.toEqual(kept)
    expect(first.weights).toEqual(kept)
  })

  it('leaves the windows that it is not given alone', () => {
    const changed = { ...tape, inputs: tape.inputs.slice(), values: tape.values.slice() }
    changed.inputs.fill(9, 199 * shape.inputs)
    changed.values.fill(9, 199 * shape.columns)
    expect(train(shape, { ...windows, tapes: [changed] }, 4).weights).toEqual(train(shape, windows, 4).weights)
  })
})

describe('the cost', () => {
  it('counts a multiply-add for each weight of the cell at each step, and for each of the head once', () => {
    const cell = 5 * 4 * (1 + 4 + 5)
    expect(costOf(shape)).toBe(7 * cell + 7 * 2 * (1 + 5))
  })
})
