import { Worker } from 'node:worker_threads'
import type { Entry } from './dataset.ts'

/** One model on one series, recorded under a key. */
export type Job = {
  readonly root: string
  readonly folder: string
  readonly entry: Entry
  readonly model: string
  readonly key: string
  readonly seed: number
}

/** Has every job done, by so many threads at once. A thread that dies names what it was at. */
export async function recordAll(
  jobs: readonly Job[],
  threads: number,
  progress: (left: number) => void,
): Promise<void> {
  const queue = [...jobs]
  let left = jobs.length
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.js', import.meta.url))
      let at: Job | undefined
      const next = (): void => {
        at = queue.shift()
        if (at === undefined) worker.terminate().then(() => resolve(), reject)
        else worker.postMessage(at)
      }
      worker.on('message', () => {
        left -= 1
        progress(left)
        next()
      })
      worker.on('error', (cause) => {
        queue.length = 0
        reject(new Error(`${at?.model} failed on ${at?.entry.family}/${at?.entry.name}`, { cause }))
      })
      next()
    })
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, one))
}
