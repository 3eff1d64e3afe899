import { Worker } from 'node:worker_threads'
import { KintsugiError } from '../../domain/index.ts'
import type { Answered, Asked } from './messages.ts'

const MOST_MEMORY_MB = 1024

export type Waiting = {
  readonly asked: Asked
  readonly resolve: (result: unknown) => void
  readonly reject: (error: KintsugiError) => void
}

export type PlaceOptions = {
  readonly entry: URL
  readonly longestFitMs: number
  /** A thread that has had nothing to do for so long ends, with the memory that it took. */
  readonly idleMs: number
  /** Called whenever the place is free again. */
  readonly freed: () => void
}

/** A place for one worker thread, which has one fit at a time. A thread that dies or takes too long is replaced at the next fit. */
export class Place {
  readonly #options: PlaceOptions
  #worker: Worker | undefined
  #running: Waiting | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: PlaceOptions) {
    this.#options = options
  }

  get free(): boolean {
    return this.#running === undefined
  }

  /** Whether a thread waits here for its next fit. */
  get warm(): boolean {
    return this.#worker !== undefined && this.free
  }

  /** To be called while it is free. */
  run(waiting: Waiting): void {
    clearTimeout(this.#timer)
    this.#running = waiting
    try {
      const worker = this.#started()
      worker.ref()
      worker.postMessage(waiting.asked)
    } catch (cause) {
      // Freed later, so that nobody is called back from within.
      queueMicrotask(() => this.#lost('the fit could not be sent', cause))
      return
    }
    this.#timer = setTimeout(() => this.#lost('the fit took too long'), this.#options.longestFitMs)
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#lost('the worker was closed')
    await worker?.terminate()
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
    worker.on('message', (answer: Answered) => {
      if (this.#worker === worker) this.#answer(worker, answer)
    })
    worker.on('messageerror', (cause) => gone('its answer could not be read', cause))
    worker.on('error', (cause) => gone('the worker died', cause))
    worker.on('exit', (code) => gone(`the worker ended with ${code}`))
    this.#worker = worker
    return worker
  }

  #answer(worker: Worker, answer: Answered): void {
    if (this.#running?.asked.id !== answer.id) return
    const waiting = this.#settled()
    worker.unref()
    this.#timer = setTimeout(() => this.#lost('it had nothing to do'), this.#options.idleMs)
    this.#timer.unref()
    if ('problem' in answer) waiting?.reject(died(answer.problem))
    else waiting?.resolve(answer.result)
    this.#options.freed()
  }

  /** The worker is no more, and with it the fit that it was at. */
  #lost(why: string, cause?: unknown): void {
    const worker = this.#worker
    this.#worker = undefined
    this.#settled()?.reject(died(why, cause))
    worker?.terminate().catch(() => undefined)
    this.#options.freed()
  }

  #settled(): Waiting | undefined {
    clearTimeout(this.#timer)
    const waiting = this.#running
    this.#running = undefined
    return waiting
  }
}

export function died(why: string, cause?: unknown): KintsugiError {
  const said = cause instanceof Error ? `: ${cause.message}` : ''
  return new KintsugiError('KIN-9001', `a fit was lost, ${why}${said}`, { retryable: true, cause })
}
