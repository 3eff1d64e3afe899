/**
 * The median of the finite ones among the last `width` values. The first one is picked out from among them; they are put in order when another is
 * asked for.
 */
export class RunningMedian {
  readonly #ring: Float64Array
  readonly #sorted: Float64Array
  #slot = 0
  #count = 0
  #isSorted = false
  #isAsked = false

  constructor(width: number) {
    this.#ring = new Float64Array(width).fill(Number.NaN)
    this.#sorted = new Float64Array(width)
  }

  /** How many of them are finite. */
  get count(): number {
    return this.#count
  }

  clear(): void {
    this.#ring.fill(Number.NaN)
    this.#slot = 0
    this.#count = 0
    this.#isSorted = false
    this.#isAsked = false
  }

  push(value: number): void {
    const gone = this.#ring[this.#slot] ?? Number.NaN
    if (Number.isFinite(gone)) {
      if (this.#isSorted) removed(this.#sorted, this.#count, gone)
      this.#count -= 1
    }
    this.#ring[this.#slot] = value
    if (Number.isFinite(value)) {
      if (this.#isSorted) inserted(this.#sorted, this.#count, value)
      this.#count += 1
    }
    this.#slot = this.#slot + 1 === this.#ring.length ? 0 : this.#slot + 1
  }

  /** NaN of none. */
  median(): number {
    const count = this.#count
    if (count === 0) return Number.NaN
    const half = count >> 1
    const sorted = this.#sorted
    if (!this.#isSorted) {
      this.#gather()
      this.#isSorted = this.#isAsked
      this.#isAsked = true
      if (this.#isSorted) sorted.subarray(0, count).sort()
      else select(sorted, count, half)
    }
    const upper = sorted[half] ?? 0
    if (count % 2 === 1) return upper
    return upper / 2 + (this.#isSorted ? (sorted[half - 1] ?? 0) : largestOf(sorted, half)) / 2
  }

  #gather(): void {
    let length = 0
    for (const value of this.#ring) {
      if (!Number.isFinite(value)) continue
      this.#sorted[length] = value
      length += 1
    }
  }
}

/** Hoare's selection: what has `place` values below it in order comes to stand there, none larger before it. */
function select(values: Float64Array, count: number, place: number): void {
  let first = 0
  let last = count - 1
  while (first < last) {
    const pivot = values[place] ?? 0
    let up = first
    let down = last
    while (up <= down) {
      while ((values[up] ?? 0) < pivot) up += 1
      while (pivot < (values[down] ?? 0)) down -= 1
      if (up > down) break
      const kept = values[up] ?? 0
      values[up] = values[down] ?? 0
      values[down] = kept
      up += 1
      down -= 1
    }
    if (down < place) first = up
    if (place < up) last = down
  }
}

function largestOf(values: Float64Array, count: number): number {
  let largest = Number.NEGATIVE_INFINITY
  for (let at = 0; at < count; at += 1) {
    const value = values[at] ?? 0
    if (value > largest) largest = value
  }
  return largest
}

/** Rows [from, to) are answered; of those before them from `first` on, and of themselves, every so many-th counts, by `phase + row`. */
export type Walk = {
  readonly first: number
  readonly from: number
  readonly to: number
  readonly every: number
  readonly phase: number
}

/** The first row of a walk that counts. */
export function firstCounted({ first, every, phase }: Omit<Walk, 'from' | 'to'>): number {
  const begin = Math.max(0, first)
  return begin + ((every - ((phase + begin) % every)) % every)
}

/** Before each row of a walk: the median of the finite ones among the last `width` values that count. NaN where there is none. */
export function mediansBefore(valueAt: (row: number) => number, walk: Walk, width: number): Float64Array {
  const { from, to, every } = walk
  const medians = new Float64Array(Math.max(0, to - from))
  const running = new RunningMedian(width)
  let answered = from
  for (let row = firstCounted(walk); row < to; row += every) {
    if (row >= answered) medians.fill(running.median(), answered - from, row + 1 - from)
    answered = Math.max(answered, row + 1)
    running.push(valueAt(row))
  }
  if (answered < to) medians.fill(running.median(), answered - from)
  return medians
}

function removed(sorted: Float64Array, count: number, value: number): void {
  const place = placeOf(sorted, count, value)
  sorted.copyWithin(place, place + 1, count)
}

function inserted(sorted: Float64Array, count: number, value: number): void {
  const place = placeOf(sorted, count, value)
  sorted.copyWithin(place + 1, place, count)
  sorted[place] = value
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
