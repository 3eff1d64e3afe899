/** Rows [from, to) are answered; of those before them from `first` on, and of themselves, every so many-th counts, by `phase + row`. */
export type Walk = {
  readonly first: number
  readonly from: number
  readonly to: number
  readonly every: number
  readonly phase: number
}

/** Before each row of a walk: the median of the finite ones among the last `width` values that count. NaN where there is none. */
export function mediansBefore(valueAt: (row: number) => number, walk: Walk, width: number): Float64Array {
  const { first, from, to, every, phase } = walk
  const medians = new Float64Array(Math.max(0, to - from))
  const ring = new Float64Array(width).fill(Number.NaN)
  const sorted = new Float64Array(width)
  let count = 0
  let slot = 0
  const begin = Math.max(0, first)
  let answered = from
  for (let row = begin + ((every - ((phase + begin) % every)) % every); row < to; row += every) {
    if (row >= answered) medians.fill(medianOf(sorted, count), answered - from, row + 1 - from)
    answered = Math.max(answered, row + 1)
    const gone = ring[slot] ?? Number.NaN
    if (Number.isFinite(gone)) count = removed(sorted, count, gone)
    const value = valueAt(row)
    ring[slot] = value
    if (Number.isFinite(value)) count = inserted(sorted, count, value)
    slot = (slot + 1) % width
  }
  medians.fill(medianOf(sorted, count), answered - from)
  return medians
}

function medianOf(sorted: Float64Array, count: number): number {
  if (count === 0) return Number.NaN
  const half = count >> 1
  const upper = sorted[half] ?? 0
  return count % 2 === 1 ? upper : upper / 2 + (sorted[half - 1] ?? 0) / 2
}

function removed(sorted: Float64Array, count: number, value: number): number {
  const place = placeOf(sorted, count, value)
  sorted.copyWithin(place, place + 1, count)
  return count - 1
}

function inserted(sorted: Float64Array, count: number, value: number): number {
  const place = placeOf(sorted, count, value)
  sorted.copyWithin(place + 1, place, count)
  sorted[place] = value
  return count + 1
}

/** The first place whose value is not below the given one. */
function placeOf(sorted: Float64Array, count: number, value: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}
