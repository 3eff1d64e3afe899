import type { Compute } from '../../ports/index.ts'
import { died, Place, type Waiting } from './place.ts'

const LONGEST_FIT_MS = 120_000
const IDLE_MS = 60_000

export type WorkerOptions = {
  /** Module that each worker runs: it calls `serveFits`. */
  readonly entry: URL
  /** Threads at most, 1 where left out; each is started when all others are at work. */
  readonly workers?: number
  /** After this long a fit is given up and its worker replaced, ms. Two minutes where left out. */
  readonly longestFitMs?: number
  /** After this long without a fit a thread ends, ms. A minute where left out. */
  readonly idleMs?: number
}

/**
 * Worker threads with one fit each. Fits of one name begin in the order asked; where several names wait, they take turns, so that a few of one
 * never wait for a thousand of another. Threads keep the process alive only while they fit.
 * A worker that dies or takes too long is replaced: its fit throws KIN-9001, those behind it go on.
 */
export function workerCompute(options: WorkerOptions): Compute {
  const pool = new Pool(options)
  return {
    // The one cast: what the entry answers to a name is the entry's promise.
    fit: async <Job, Result>(name: string, job: Job) => (await pool.ask(name, job)) as Result,
    close: () => pool.close(),
  }
}

class Pool {
  /** By name; the name whose turn it is stands first. None is empty. */
  readonly #queues = new Map<string, Waiting[]>()
  readonly #places: readonly Place[]
  #asked = 0
  #closed = false

  constructor({ entry, workers = 1, longestFitMs = LONGEST_FIT_MS, idleMs = IDLE_MS }: WorkerOptions) {
    const freed = () => this.#next()
    this.#places = Array.from({ length: workers }, () => new Place({ entry, longestFitMs, idleMs, freed }))
  }

  ask(name: string, job: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(died('the worker was closed'))
        return
      }
      this.#asked += 1
      const queue = this.#queues.get(name) ?? []
      queue.push({ asked: { id: this.#asked, name, job }, resolve, reject })
      this.#queues.set(name, queue)
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    const waiting = [...this.#queues.values()].flat()
    this.#queues.clear()
    for (const one of waiting) one.reject(died('the worker was closed'))
    await Promise.all(this.#places.map((place) => place.close()))
  }

  #next(): void {
    for (;;) {
      const place = this.#places.find(({ warm }) => warm) ?? this.#places.find(({ free }) => free)
      const waiting = place === undefined ? undefined : this.#turn()
      if (place === undefined || waiting === undefined) return
      place.run(waiting)
    }
  }

  /** The first of the name whose turn it is; then it is the next name's. */
  #turn(): Waiting | undefined {
    for (const [name, queue] of this.#queues) {
      const waiting = queue.shift()
      this.#queues.delete(name)
      if (queue.length > 0) this.#queues.set(name, queue)
      return waiting
    }
    return undefined
  }
}
