import { beforeAll, describe, expect, it } from 'vitest'
import { shopCommits, shopRepository, shopScenario } from '../../src/adapters/simulation/index.ts'
import { emptyMemory, reconcile, type TickReport } from '../../src/controller/index.ts'
import { type AnswerJob, answers, detectors, historySignals, NO_ENGINES } from '../../src/detection/index.ts'
import type { Compute, Metrics, OutsideModel } from '../../src/ports/index.ts'
import { memoryShelf } from '../fakes/memory-shelf.ts'
import { URL, Walk } from '../fakes/walk.ts'

const START = Date.UTC(2026, 0, 12, 9, 0)

function beginShop(): Promise<Walk> {
  return Walk.begin({
    scenario: shopScenario({ repoURL: URL, startMs: START }),
    files: shopRepository({ repoURL: URL }),
    commits: shopCommits(START),
  })
}

/** Fits elsewhere as a worker does: only what survives a clone goes in and out. */
function cloning(asked: string[] = []): Compute {
  return {
    fit: async <Job, Result>(_name: string, job: Job) => {
      // The one cast: the controller asks for fits of models and nothing else.
      const cloned = structuredClone(job) as AnswerJob
      asked.push(cloned.window.subject.name)
      return structuredClone(answers(detectors, cloned, NO_ENGINES)) as Result
    },
    close: async () => undefined,
  }
}

const dying: Compute = { fit: () => Promise.reject(new Error('the worker died')), close: async () => undefined }

/** A look at the same moment by a controller that was just started, writing nothing. */
function look(walk: Walk, compute?: Compute, metrics: Metrics = walk.deps.site.metrics): Promise<TickReport> {
  const site = { ...walk.deps.site, metrics }
  const deps = { ...walk.deps, site, writes: 'observe' as const, ...(compute && { compute }) }
  return reconcile(deps, emptyMemory(), walk.clock.now())
}

describe('a tick in which rules and models speak', () => {
  let walk: Walk
  let inLine: TickReport

  beforeAll(async () => {
    walk = await beginShop()
    await walk.minutes(20, false)
    inLine = await look(walk)
  })

  it('has something to tell of either', () => {
    const failures = inLine.lanes.map((lane) => lane.diagnosis?.failure)
    expect(failures).toEqual(expect.arrayContaining(['OOMKilled', 'Anomaly']))
  })

  it('is the same whether models are fitted in line or elsewhere', async () => {
    expect(await look(walk, cloning())).toEqual(inLine)
  })

  it('counts the vote of a model outside beside those of its own', async () => {
    const rows: (readonly number[])[] = []
    const outside: OutsideModel = {
      name: 'sales',
      features: ['memory-working-set', 'cpu-usage'],
      judge: async (asked) => {
        rows.push(...asked)
        return asked.map(() => -1)
      },
      says: () => undefined,
      close: async () => undefined,
    }
    const deps = { ...walk.deps, writes: 'observe' as const, outside: [outside] }
    const report = await reconcile(deps, emptyMemory(), walk.clock.now())
    const anomalies = report.lanes.filter((lane) => lane.diagnosis?.failure === 'Anomaly')
    expect(anomalies.length).toBeGreaterThan(0)
    for (const { diagnosis } of anomalies)
      expect(diagnosis?.votes).toContainEqual(expect.objectContaining({ model: 'kserve/sales', anomaly: true }))
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.every((row) => row.length === 2 && row.every(Number.isFinite))).toBe(true)
  })

  it('asks no model about a lane on which a rule has spoken', async () => {
    const asked: string[] = []
    await look(walk, cloning(asked))
    expect(asked).toContain('recommendation')
    expect(asked).not.toContain('cart')
  })

  it('has nothing of the models when their fits are lost, and all of the rules', async () => {
    const report = await look(walk, dying)
    const withoutModels = inLine.lanes.filter((lane) => lane.diagnosis?.failure !== 'Anomaly')
    expect(report.lanes).toEqual(withoutModels)
  })

  it('writes what the rules ask for before a model is fitted', async () => {
    const stuck = await beginShop()
    await stuck.minutes(20, false)
    const reached = new Promise<void>((fitting) => {
      const compute: Compute = {
        fit: () => {
          fitting()
          return new Promise(() => undefined)
        },
        close: async () => undefined,
      }
      void reconcile({ ...stuck.deps, compute }, emptyMemory(), stuck.clock.now())
    })
    await reached
    const branches = [...stuck.repository.refs.keys()].filter((ref) => ref.includes('kintsugi/shop-deployment-cart'))
    expect(branches).toHaveLength(1)
  })

  it('reads no history when rules have spoken on every lane', async () => {
    const read: string[] = []
    const { metrics } = walk.deps.site
    const onlyCart: Metrics = {
      cluster: metrics.cluster,
      read: async (ids, range) => {
        read.push(...ids)
        const answers = await metrics.read(ids, range)
        return answers.map((one) => ({ ...one, series: one.series.filter(({ subject }) => subject.name === 'cart') }))
      },
    }
    const report = await look(walk, undefined, onlyCart)
    expect(report.lanes.map((lane) => lane.diagnosis?.failure)).toEqual(['OOMKilled'])
    expect(read.filter((id) => historySignals.some((one) => one === id)).length).toBeLessThan(2 * historySignals.length)
    expect(new Set(read).size).toBe(read.length)
  })
})

describe('the memory of the models', () => {
  it('asks again about a lane that a rule has left within one step of the history', async () => {
    const walk = await beginShop()
    await walk.minutes(10, false)
    const asked: string[] = []
    const deps = { ...walk.deps, writes: 'observe' as const, compute: cloning(asked) }
    const { metrics } = deps.site
    const memory = emptyMemory()
    await reconcile(deps, memory, walk.clock.now())
    expect(asked).not.toContain('cart')
    const quiet: Metrics = {
      cluster: metrics.cluster,
      read: async (ids, range) =>
        (await metrics.read(ids, range)).map((one) =>
          ['oom-killed', 'crash-loop'].includes(one.signal) ? { ...one, series: [] } : one,
        ),
    }
    await reconcile({ ...deps, site: { ...deps.site, metrics: quiet } }, memory, walk.clock.now())
    expect(asked).toContain('cart')
  })

  it('tries a lost fit again at the next look at the history, and keeps one that was made', async () => {
    const walk = await beginShop()
    await walk.minutes(2, false)
    const asked: string[] = []
    const memory = emptyMemory()
    const at = (compute: Compute, minutes: number) =>
      reconcile({ ...walk.deps, writes: 'observe', compute }, memory, walk.clock.now() + minutes * 60_000)
    await at(dying, 0)
    await at(cloning(asked), 5)
    const fitted = asked.length
    expect(fitted).toBeGreaterThan(0)
    await at(cloning(asked), 10)
    expect(asked).toHaveLength(fitted)
  })

  it('outlasts the process on a shelf, however little of it fits into memory', async () => {
    const walk = await beginShop()
    await walk.minutes(20, false)
    const asked: string[] = []
    const shelf = memoryShelf()
    const at = (mostBytes?: number) =>
      reconcile(
        { ...walk.deps, writes: 'observe', compute: cloning(asked) },
        emptyMemory({ shelf, ...(mostBytes === undefined ? {} : { mostBytes }) }),
        walk.clock.now(),
      )
    const first = await at()
    expect(first.lanes.map((lane) => lane.diagnosis?.failure)).toContain('Anomaly')
    const fitted = asked.length
    expect(fitted).toBeGreaterThan(0)
    expect(await at()).toEqual(first)
    expect(await at(1)).toEqual(first)
    expect(asked).toHaveLength(fitted)
  })
})
