import { performance } from 'node:perf_hooks'

/** How long the event loop was held at most, ms, by a timer that ought to come every millisecond. */
export class LongestBlock {
  #last = performance.now()
  #longest = 0
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.#timer = setInterval(() => this.#note(), 1)
  }

  stop(): number {
    clearInterval(this.#timer)
    this.#note()
    return this.#longest
  }

  #note(): void {
    const now = performance.now()
    this.#longest = Math.max(this.#longest, now - this.#last - 1)
    this.#last = now
  }
}
