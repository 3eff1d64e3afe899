import { Worker } from 'node:worker_threads'
import { KintsugiError } from '../../domain/index.ts'
import type { Compute } from '../../ports/index.ts'
import type { Answered, Asked } from './messages.ts'

const LONGEST_FIT_MS = 120_000
const MOST_MEMORY_MB = 1024

export type WorkerOptions = {
  /** Module that the worker runs: it calls `serveFits`. */
  readonly entry: URL
  /** After this long a fit is given up and its worker replaced, ms. Two minutes where left out. */
  readonly longestFitMs?: number
}

type Waiting = {
  readonly asked: Asked
  readonly resolve: (result: unknown) => void
  readonly reject: (error: KintsugiError) => void
}

/**
 * One worker thread, started with the first fit, one fit at a time in the order asked. It keeps the process alive only while it fits.
 * A worker that dies or takes too long is replaced: its fit throws KIN-9001, those behind it go on.
 */
export function workerCompute(options: WorkerOptions): Compute {
  const pool = new OneWorker(options)
  return {
    // The one cast: what the entry answers to a name is the entry's promise.
    fit: async <Job, Result>(name: string, job: Job) => (await pool.ask(name, job)) as Result,
    close: () => pool.close(),
  }
}

class OneWorker {
  readonly #options: WorkerOptions
  readonly #queue: Waiting[] = []
  #worker: Worker | undefined
  #running: Waiting | undefined
  #timer: NodeJS.Timeout | undefined
  #asked = 0
  #closed = false

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  ask(name: string, job: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#asked += 1
      this.#queue.push({ asked: { id: this.#asked, name, job }, resolve, reject })
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    const worker = this.#worker
    this.#lost('the worker was closed')
    for (const waiting of this.#queue.splice(0)) waiting.reject(died('the worker was closed'))
    await worker?.terminate()
  }

  #next(): void {
    if (this.#running !== undefined) return
    const waiting = this.#queue.shift()
    if (waiting === undefined) return
    if (this.#closed) {
      waiting.reject(died('the worker was closed'))
      return
    }
    this.#running = waiting
    try {
      const worker = this.#started()
      worker.ref()
      worker.postMessage(waiting.asked)
    } catch (cause) {
      this.#lost('the fit could not be sent', cause)
      return
    }
    this.#timer = setTimeout(() => this.#lost('the fit took too long'), this.#options.longestFitMs ?? LONGEST_FIT_MS)
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(this.#options.entry, {
      // Whatever this process was started with concerns its own entry.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
    })
    const gone = (why: string, cause?: unknown) => {
      if (this.#worker === worker) this.#lost(why, cause)
    }
    worker.on('message', (answer: Answered) => this.#answer(answer))
    worker.on('messageerror', (cause) => gone('its answer could not be read', cause))
    worker.on('error', (cause) => gone('the worker died', cause))
    worker.on('exit', (code) => gone(`the worker ended with ${code}`))
    this.#worker = worker
    return worker
  }

  #answer(answer: Answered): void {
    const waiting = this.#settled()
    this.#worker?.unref()
    if (waiting === undefined) return
    if ('problem' in answer) waiting.reject(died(answer.problem))
    else waiting.resolve(answer.result)
    this.#next()
  }

  /** The worker is no more, and with it the fit that it was at. */
  #lost(why: string, cause?: unknown): void {
    const worker = this.#worker
    this.#worker = undefined
    this.#settled()?.reject(died(why, cause))
    worker?.terminate().catch(() => undefined)
    this.#next()
  }

  #settled(): Waiting | undefined {
    clearTimeout(this.#timer)
    const waiting = this.#running
    this.#running = undefined
    return waiting
  }
}

function died(why: string, cause?: unknown): KintsugiError {
  const said = cause instanceof Error ? `: ${cause.message}` : ''
  return new KintsugiError('KIN-9001', `a fit was lost, ${why}${said}`, { retryable: true, cause })
}
