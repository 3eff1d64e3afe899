import { seededRandom } from '../random.ts'
import { momentsFor, step } from './adam.ts'
import { readWindow } from './cell.ts'
import { descend, type Workshop, workshopFor } from './descent.ts'
import { lossOf } from './loss.ts'
import { costOf, freshNetwork, type Network, type Shape } from './network.ts'
import type { Tape } from './tape.ts'

/** A window that may be learned from: the tape that it lies on and the row that it ends with. */
export type Windows = { readonly tapes: readonly Tape[]; readonly tape: Int32Array; readonly end: Int32Array }

/** Multiply-adds that learning one model may cost: about a sixth of a second of one core; twice as much hardly learns more (measured). Work and not time, so that the same data give the same model. */
const BUDGET = 1.5e8
/** Learning from a window costs so many times reading it. */
const LEARNING = 3
/** A short history is not gone over more often than this. */
const EPOCHS = 40
const BATCH = 4
/** Step of Adam, falling evenly to a twentieth. */
const RATE = 0.02
const LAST_RATE = 0.05
/** After each round but the last the windows that are rebuilt worst are left out of the next. */
const ROUNDS = 2
/** Share that is left out: what is strange in the history is not to be learned. */
const TRIMMED = 0.05

/** Learns to rebuild windows, at least one. Same windows and seed, same network; `from` is where it begins, else at random. */
export function train(shape: Shape, windows: Windows, seed: number, from?: Network): Network {
  const network = from === undefined ? freshNetwork(shape, seed) : { shape, weights: from.weights.slice() }
  const shop = workshopFor(network)
  const moments = momentsFor(network.weights)
  const visits = Math.min(EPOCHS * windows.end.length, Math.floor(BUDGET / (LEARNING * costOf(shape))))
  const random = seededRandom(seed + 1)
  let deck = new Deck(Int32Array.from(windows.end.keys()), random)
  let seen = 0
  for (let round = 1; round <= ROUNDS; round += 1) {
    const until = Math.floor((visits * round) / ROUNDS)
    while (seen < until) {
      const batch = Math.min(BATCH, until - seen)
      for (let one = 0; one < batch; one += 1) visit(network, shop, windows, deck.next())
      seen += batch
      step(network.weights, shop.gradient, moments, RATE * Math.max(LAST_RATE, 1 - seen / visits), batch)
    }
    if (round < ROUNDS) deck = new Deck(withoutWorst(network, shop, windows), random)
  }
  return network
}

function visit(network: Network, shop: Workshop, { tapes, tape, end }: Windows, at: number): void {
  const on = tapes[tape[at] ?? 0]
  if (on !== undefined) descend(network, shop, on, end[at] ?? 0)
}

/** Places of the windows that are rebuilt no worse than all but a few. */
function withoutWorst(network: Network, { memory }: Workshop, { tapes, tape, end }: Windows): Int32Array {
  const losses = Float64Array.from(end, (row, at) => {
    const on = tapes[tape[at] ?? 0]
    if (on === undefined) return Number.POSITIVE_INFINITY
    readWindow(network, memory, on, row)
    return lossOf(network, memory, on, row)
  })
  const bar = losses.slice().sort()[Math.floor((1 - TRIMMED) * (losses.length - 1))] ?? 0
  return Int32Array.from(end.keys()).filter((at) => (losses[at] ?? 0) <= bar)
}

/** Places in an order that is drawn anew each time that all were dealt. */
class Deck {
  readonly #places: Int32Array
  readonly #random: () => number
  #at: number

  constructor(places: Int32Array, random: () => number) {
    this.#places = places
    this.#random = random
    this.#at = places.length
  }

  next(): number {
    if (this.#at === this.#places.length) this.#shuffle()
    const place = this.#places[this.#at] ?? 0
    this.#at += 1
    return place
  }

  #shuffle(): void {
    const places = this.#places
    for (let at = places.length - 1; at > 0; at -= 1) {
      const other = Math.floor(this.#random() * (at + 1))
      const held = places[at] ?? 0
      places[at] = places[other] ?? 0
      places[other] = held
    }
    this.#at = 0
  }
}
