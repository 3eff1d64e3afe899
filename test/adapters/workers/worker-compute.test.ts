import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { workerCompute } from '../../../src/adapters/workers/index.ts'
import {
  ANSWERS,
  type Answer,
  type AnswerJob,
  answers,
  asksFor,
  detectors,
  NO_ENGINES,
} from '../../../src/detection/index.ts'
import type { Compute } from '../../../src/ports/index.ts'
import { healthyWindow } from '../../fakes/windows.ts'

const ENTRY = new URL('./entry.mjs', import.meta.url)
const BUILT = resolve(import.meta.dirname, '../../../dist/cli/fit-worker.js')

const opened: Compute[] = []

function opening(entry: URL = ENTRY, longestFitMs = 5000, more: { workers?: number; idleMs?: number } = {}): Compute {
  const made = workerCompute({ entry, longestFitMs, ...more })
  opened.push(made)
  return made
}

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

const lost = expect.objectContaining({ code: 'KIN-9001' })
const doubled = (one: Compute, value: number) => one.fit<Float64Array, Float64Array>('double', Float64Array.of(value))

describe.each([1, 3])('fits in workers, %i of them', (workers) => {
  const compute = (entry: URL = ENTRY, longestFitMs = 5000) => opening(entry, longestFitMs, { workers })

  it('clones jobs in and results out, in the order asked', async () => {
    const one = compute()
    expect(await Promise.all([1, 2, 3].map((value) => doubled(one, value)))).toEqual(
      [2, 4, 6].map((v) => Float64Array.of(v)),
    )
  })

  it('leaves the job to its owner', async () => {
    const job = Float64Array.of(1, 2)
    await compute().fit('double', job)
    expect(job).toEqual(Float64Array.of(1, 2))
  })

  it.each([
    ['ends', 'end'],
    ['throws', 'stumble'],
    ['takes too long', 'hang'],
    ['answers that it cannot', 'refuse'],
  ])('loses the fit whose worker %s, and does the next one', async (_, name) => {
    const one = compute(ENTRY, name === 'hang' ? 2000 : 5000)
    const bad = one.fit(name, undefined)
    const next = doubled(one, 4)
    await expect(bad).rejects.toThrow(lost)
    expect(await next).toEqual(Float64Array.of(8))
  })

  it('loses a job that cannot be cloned, and does the next one', async () => {
    const one = compute()
    await expect(one.fit('double', () => 1)).rejects.toThrow(lost)
    expect(await doubled(one, 1)).toEqual(Float64Array.of(2))
  })

  it('loses every fit where the entry is not there', async () => {
    const one = compute(new URL('./nothing.mjs', import.meta.url))
    await expect(doubled(one, 1)).rejects.toThrow(lost)
    await expect(doubled(one, 1)).rejects.toThrow(lost)
  })

  it('loses what was asked and not answered when it is closed, and what is asked later', async () => {
    const one = compute()
    const running = one.fit('hang', undefined)
    const waiting = doubled(one, 1)
    const both = Promise.all([expect(running).rejects.toThrow(lost), expect(waiting).rejects.toThrow(lost)])
    await one.close()
    await both
    await expect(doubled(one, 1)).rejects.toThrow(lost)
  })
})

describe('several workers', () => {
  const meet = (one: Compute, wanted: number) => {
    const inside = new Int32Array(new SharedArrayBuffer(4))
    return Promise.all(
      Array.from({ length: wanted }, () =>
        one.fit<{ inside: Int32Array; wanted: number }, number>('meet', { inside, wanted }),
      ),
    )
  }

  it('fit at once, each in a thread of its own', async () => {
    expect(new Set(await meet(opening(ENTRY, 5000, { workers: 3 }), 3)).size).toBe(3)
  })

  it('are no more than were asked for', async () => {
    await expect(meet(opening(ENTRY, 1500, { workers: 2 }), 3)).rejects.toThrow(lost)
  })

  it('are not started while one is idle', async () => {
    const one = opening(ENTRY, 5000, { workers: 3 })
    const threads = []
    for (let at = 0; at < 4; at += 1) threads.push(await one.fit<undefined, number>('thread', undefined))
    expect(new Set(threads).size).toBe(1)
  })

  it.each(['end', 'hang', 'stumble'])('go on while one of them has to %s', async (name) => {
    const one = opening(ENTRY, 2000, { workers: 2 })
    const bad = expect(one.fit(name, undefined)).rejects.toThrow(lost)
    expect(await Promise.all([1, 2, 3].map((value) => doubled(one, value)))).toHaveLength(3)
    await bad
    expect(await meet(one, 2)).toHaveLength(2)
  })

  it('end when they have had nothing to do for a while, and come back', async () => {
    const one = opening(ENTRY, 5000, { workers: 1, idleMs: 20 })
    const first = await one.fit<undefined, number>('thread', undefined)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await one.fit<undefined, number>('thread', undefined)).not.toBe(first)
  })

  it('let fits of another name have their turn before all that were asked earlier', async () => {
    const one = opening()
    const order: string[] = []
    const asked = ['double', 'double', 'double', 'double', 'triple'].map(async (name) => {
      await one.fit(name, Float64Array.of(1))
      order.push(name)
    })
    await Promise.all(asked)
    expect(order).toEqual(['double', 'double', 'triple', 'double', 'double'])
  })
})

describe('a fit that throws', () => {
  const module = JSON.stringify(
    pathToFileURL(resolve(import.meta.dirname, '../../../dist/adapters/workers/index.js')).href,
  )
  const entry = new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { serveFits } from ${module}
      let fits = 0
      const fit = (word) => {
        fits += 1
        if (word !== 'count') throw new Error(word)
        return fits
      }
      serveFits({ fit }, (error) => error.message === 'worthless')`)}`,
  )

  it('leaves its thread as it is', async () => {
    const one = opening(entry)
    await expect(one.fit('fit', 'stumbled')).rejects.toThrow(lost)
    expect(await one.fit('fit', 'count')).toBe(2)
  })

  it('ends its thread when it says that the thread is worth nothing any more, and the next fit has a new one', async () => {
    const one = opening(entry)
    await expect(one.fit('fit', 'worthless')).rejects.toThrow(/worthless/)
    expect(await one.fit('fit', 'count')).toBe(1)
  })
})

describe('dist/cli/fit-worker.js', () => {
  it('is built: npm run build makes it, npm test runs that first', () => {
    expect(existsSync(BUILT)).toBe(true)
  })

  it('gives the same fits as a fit in line', async () => {
    const window = healthyWindow(3, 14)
    const forest = detectors.filter(({ id }) => id === 'isolation-forest')
    const job: AnswerJob = { window, asks: asksFor(forest, window, window.length - 1, 7), seed: 7 }
    const inLine = answers(detectors, job, NO_ENGINES)
    expect(inLine.map(({ kind }) => kind)).toEqual(['fit', 'tail', 'recurring'])
    expect(await opening(pathToFileURL(BUILT)).fit<AnswerJob, readonly Answer[]>(ANSWERS, job)).toEqual(inLine)
  })

  it('lets its process end when nothing is left to fit', () => {
    const module = JSON.stringify(pathToFileURL(resolve(BUILT, '../../adapters/workers/index.js')).href)
    const script = `
      import { workerCompute } from ${module}
      const one = workerCompute({ entry: new URL(${JSON.stringify(ENTRY.href)}) })
      console.log(String(await one.fit('double', [21])))`
    const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 15_000,
    })
    expect([ran.stdout.trim(), ran.status]).toEqual(['42', 0])
  })
})
