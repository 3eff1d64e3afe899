import { type Flags, joined, runs } from './metrics.ts'

/** The widest buffer around an event, rows, and in how many steps it grows to that from none. */
const BUFFER = 100
const BUFFERS = 11
/** Thresholds at which the curve is taken. */
const THRESHOLDS = 250

/** Rows from the highest score to the lowest, equal ones in order of time. `last` is where each one's group of equal scores ends. */
type Order = { readonly rows: Uint32Array; readonly last: Uint32Array }

function ordered(scores: ArrayLike<number>): Order {
  const rows = Uint32Array.from(scores, (_, row) => row)
  rows.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
  const last = new Uint32Array(rows.length)
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const same = at + 1 < rows.length && scores[rows[at] ?? 0] === scores[rows[at + 1] ?? 0]
    last[at] = same ? (last[at + 1] ?? at) : at
  }
  return { rows, last }
}

/** Average precision over the whole curve; rows of equal score count at once. NaN without a labelled row. Scores are finite. */
export function aucPr(labels: Flags, scores: ArrayLike<number>): number {
  const { rows, last } = ordered(scores)
  let hits = 0
  let before = 0
  let area = 0
  for (let at = 0; at < rows.length; at += 1) {
    if (labels[rows[at] ?? 0]) hits += 1
    if (last[at] !== at) continue
    area += ((hits - before) * hits) / (at + 1)
    before = hits
  }
  return hits === 0 ? Number.NaN : area / hits
}

/**
 * Volume under the surface of precision and recall (Paparrizos et al., VLDB 2022), over buffers of 0 to 100 rows: half a buffer on each side of an
 * event counts with sqrt(1 - distance / buffer); recall is multiplied by the share of events that are met. NaN without an event.
 */
export function vusPr(labels: Flags, scores: ArrayLike<number>, buffer = BUFFER): number {
  if (runs(labels).length === 0) return Number.NaN
  const order = ordered(scores)
  const cuts = thresholds(order)
  let sum = 0
  for (let step = 0; step < BUFFERS; step += 1) sum += areaAt(labels, order, cuts, (buffer * step) / (BUFFERS - 1))
  return sum / BUFFERS
}

/** Ends of groups of equal scores, evenly over the ranks. */
function thresholds({ rows, last }: Order): Uint32Array {
  const step = (rows.length - 1) / (THRESHOLDS - 1)
  const cuts = new Set<number>()
  for (let at = 0; at < THRESHOLDS; at += 1) {
    const rank = at === THRESHOLDS - 1 ? rows.length - 1 : Math.trunc(at * step)
    cuts.add(last[rank] ?? rank)
  }
  return Uint32Array.from(cuts).sort()
}

function areaAt(labels: Flags, { rows }: Order, cuts: Uint32Array, buffer: number): number {
  const { soft, met, segments } = softened(labels, buffer)
  const first = new Uint8Array(segments)
  let mass = 0
  for (let row = 0; row < labels.length; row += 1) if (labels[row]) mass += 1
  let cut = 0
  let seen = 0
  let extra = 0
  let caught = 0
  let before = 0
  let area = 0
  for (let at = 0; at < rows.length && cut < cuts.length; at += 1) {
    const row = rows[at] ?? 0
    const weight = soft[row] ?? 0
    seen += weight
    extra += weight - (labels[row] ? 1 : 0)
    const segment = met[row] ?? -1
    if (segment >= 0 && first[segment] === 0) {
      first[segment] = 1
      caught += 1
    }
    if (cuts[cut] !== at) continue
    const recall = Math.min(seen / (mass + extra / 2), 1) * (caught / segments)
    area += ((recall - before) * seen) / (at + 1)
    before = recall
    cut += 1
  }
  return area
}

/** `soft`: weight of each row, 1 in an event, less in its buffer. `met`: which buffered event a row belongs to, -1 for none. */
function softened(labels: Flags, buffer: number) {
  const half = Math.floor(buffer / 2)
  const soft = Float64Array.from(labels, (label) => (label ? 1 : 0))
  const met = new Int32Array(labels.length).fill(-1)
  const found = runs(labels)
  const weigh = (row: number, away: number): void => {
    if (row >= 0 && row < soft.length) soft[row] = Math.max(soft[row] ?? 0, Math.sqrt(1 - away / buffer))
  }
  for (const [from, to] of found) {
    for (let away = 1; away <= half; away += 1) {
      weigh(from - away, away)
      weigh(to + away, away)
    }
  }
  const wide = found.map(([from, to]) => [Math.max(0, from - half), Math.min(labels.length - 1, to + half)] as const)
  const segments = joined(wide, 0)
  for (const [at, [from, to]] of segments.entries()) met.fill(at, from, to + 1)
  return { soft, met, segments: segments.length }
}
