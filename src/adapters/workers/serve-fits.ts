import { parentPort } from 'node:worker_threads'
import type { Answered, Asked } from './messages.ts'

/** The worker's half: answers each job with what the function of its name gives. To be called once, by the entry module of the worker. */
export function serveFits(fits: Readonly<Record<string, (job: never) => unknown>>): void {
  const port = parentPort
  if (port === null) throw new RangeError('this module is the entry of a worker')
  const known = new Map(Object.entries(fits))
  port.on('message', ({ id, name, job }: Asked) => {
    const answer = answerOf(id, known.get(name), job, name)
    port.postMessage(answer)
  })
}

function answerOf(id: number, known: ((job: never) => unknown) | undefined, job: unknown, name: string): Answered {
  if (known === undefined) return { id, problem: `no fit is called ${name}` }
  try {
    // The one cast: names and jobs are given by the same program on both sides.
    return { id, result: known(job as never) }
  } catch (error) {
    return { id, problem: error instanceof Error ? error.message : String(error) }
  }
}
