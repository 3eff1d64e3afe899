import { parentPort } from 'node:worker_threads'
import type { Answered, Asked } from './messages.ts'

/**
 * The worker's half: answers each job with what the function of its name gives. To be called once, by the entry module of the worker. Where
 * a fit throws something that `ends` the thread, the thread dies of it and is replaced; its job is lost, as with any other error.
 */
export function serveFits(
  fits: Readonly<Record<string, (job: never) => unknown>>,
  ends: (error: unknown) => boolean = () => false,
): void {
  const port = parentPort
  if (port === null) throw new RangeError('this module is the entry of a worker')
  const known = new Map(Object.entries(fits))
  port.on('message', ({ id, name, job }: Asked) => {
    const answer = answerOf({ id, name, job }, known.get(name), ends)
    port.postMessage(answer)
  })
}

function answerOf(
  { id, name, job }: Asked,
  known: ((job: never) => unknown) | undefined,
  ends: (error: unknown) => boolean,
): Answered {
  if (known === undefined) return { id, problem: `no fit is called ${name}` }
  try {
    // The one cast: names and jobs are given by the same program on both sides.
    return { id, result: known(job as never) }
  } catch (error) {
    if (ends(error)) throw error
    return { id, problem: error instanceof Error ? error.message : String(error) }
  }
}
