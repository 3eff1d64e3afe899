import type { Carrier } from './carried.ts'

/** So many of the newest errors may still be taken back. */
export const TAKEN_BACK = 12

/**
 * A forecast that is carried along. Of all rows ahead only the next one is worked out, from the errors that came before it, in their order: carrying
 * every row ahead along adds up the same numbers in the same order.
 */
export class Course {
  readonly #mean: Float64Array
  readonly #response: Float64Array
  readonly #last: number
  readonly #errors: Float64Array
  /** 1 for an error that moved the level for good. */
  #lasting: Uint8Array | undefined
  #count = 0
  /** So many errors have had all their effect on the level that a forecast ends with. */
  #settled = 0
  #level: number

  /** For so many rows at most. */
  constructor({ mean, response }: Pick<Carrier, 'mean' | 'response'>, rows: number) {
    this.#mean = mean
    this.#response = response
    this.#last = mean.length - 1
    this.#level = mean[this.#last] ?? Number.NaN
    this.#errors = new Float64Array(Math.max(0, rows))
  }

  /** What is forecast of the next row. */
  next(): number {
    const count = this.#count
    const last = this.#last
    const settled = this.#settled
    const errors = this.#errors
    const response = this.#response
    let sum = count > last ? this.#level : (this.#mean[count] ?? Number.NaN)
    if (this.#lasting !== undefined) {
      for (let at = settled; at < count; at += 1) sum += this.#effect(at, count - 1 - at) * (errors[at] ?? 0)
      return sum
    }
    const far = Math.max(settled, count - last)
    const end = response[last] ?? 0
    for (let at = settled; at < far; at += 1) sum += end * (errors[at] ?? 0)
    for (let at = far; at < count; at += 1) sum += (response[count - 1 - at] ?? 0) * (errors[at] ?? 0)
    return sum
  }

  /** The row differed by `error` from what was forecast; `lasting` where the level goes on from there. */
  went(error: number, lasting = false): void {
    if (lasting) this.#lasting ??= new Uint8Array(this.#errors.length)
    if (this.#lasting !== undefined) this.#lasting[this.#count] = lasting ? 1 : 0
    this.#errors[this.#count] = error
    this.#count += 1
    const settled = this.#count - this.#last - TAKEN_BACK
    for (; this.#settled < settled; this.#settled += 1)
      this.#level += this.#effect(this.#settled, this.#last) * (this.#errors[this.#settled] ?? 0)
  }

  /** Takes the newest errors back, up to `TAKEN_BACK` of them. */
  back(rows: number): void {
    this.#count -= rows
  }

  #effect(at: number, later: number): number {
    return this.#lasting?.[at] === 1 ? 1 : (this.#response[Math.min(later, this.#last)] ?? 0)
  }
}
