import { performance } from 'node:perf_hooks'

export type Block = { readonly wallMs: number; readonly cpuMs: number }

/**
 * How long the event loop was held at most, by a timer that ought to come every millisecond. On a machine that others use too, the wall
 * clock counts their turns; what all threads of this process took within one turn of the loop is an upper bound without them.
 */
export class LongestBlock {
  #last = performance.now()
  #cpu = process.cpuUsage()
  #wallMs = 0
  #cpuMs = 0
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.#timer = setInterval(() => this.#note(), 1)
  }

  stop(): Block {
    clearInterval(this.#timer)
    this.#note()
    return { wallMs: this.#wallMs, cpuMs: this.#cpuMs }
  }

  #note(): void {
    const now = performance.now()
    const { user, system } = process.cpuUsage(this.#cpu)
    this.#wallMs = Math.max(this.#wallMs, now - this.#last - 1)
    this.#cpuMs = Math.max(this.#cpuMs, (user + system) / 1000)
    this.#last = now
    this.#cpu = process.cpuUsage()
  }
}
