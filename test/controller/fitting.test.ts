import { describe, expect, it } from 'vitest'
import type { ControllerDeps } from '../../src/controller/deps.ts'
import { learn, type OpenCase, want } from '../../src/controller/fitting.ts'
import { seriesName } from '../../src/controller/histories.ts'
import { emptyMemory, modelState } from '../../src/controller/index.ts'
import type { Answer, AnswerJob, Ask } from '../../src/detection/index.ts'
import { gridLength, isWithin, PLAIN_LEARNING, type SignalAnswer } from '../../src/domain/index.ts'
import type { Compute, Metrics } from '../../src/ports/index.ts'
import { FIVE_MINUTES, windowWith } from '../fakes/windows.ts'

const DAY = 86_400_000
const NOW = 30 * DAY
const terms = { learning: PLAIN_LEARNING, events: [] }
const ask: Ask = { model: 'isolation-forest', kind: 'fit', upToMs: NOW - FIVE_MINUTES }

function caseOf(namespace: string, name: string, nowMs = NOW): OpenCase {
  const subject = { cluster: 'prod', namespace, kind: 'Deployment', name, container: 'app' }
  const window = { ...windowWith({ 'cpu-usage': [1, 2, 3] }), subject }
  return { name: seriesName(subject), voters: [], terms, window, nowMs, seed: 1, from: 0, asks: [ask], absent: [ask] }
}

/** A world in which everything is read, and fitted as `answer` says. */
function world(cases: readonly OpenCase[], answer: (job: AnswerJob) => Promise<readonly Answer[]>) {
  const read: string[] = []
  const fitted: string[] = []
  const history: Metrics = {
    cluster: 'prod',
    read: async (ids, range, scope) => {
      read.push(scope?.namespaces.join(' ') ?? '')
      const own = cases.filter(({ window }) => isWithin(window.subject, scope))
      return ids.map((signal): SignalAnswer => {
        const series = own.map(({ window: { subject } }) => ({
          ...{ signal, subject, startMs: range.startMs, stepMs: range.stepMs },
          values: new Float64Array(gridLength(range)).fill(1),
        }))
        return { signal, status: 'ok', series: signal === 'cpu-usage' ? series : [], asked: signal }
      })
    },
  }
  const compute: Compute = {
    fit: async <Job, Result>(_: string, job: Job) => {
      const asked = job as AnswerJob // of this test alone
      fitted.push(asked.window.subject.name)
      return (await answer(asked)) as Result
    },
    close: async () => undefined,
  }
  const config = { detection: { budget: { samplesPerRequest: 500_000 } } }
  // What learning looks at, and no more.
  const deps = { config, compute, site: { history } } as unknown as ControllerDeps
  return { deps, read, fitted }
}

const made = async ({ asks }: AnswerJob): Promise<readonly Answer[]> =>
  asks.map((one) => ({ ...one, kind: 'fit', outcome: { fitted: true, model: {} } }))

describe('fits that are not there yet', () => {
  it('are read together, of whatever namespace they are, while little else comes along', async () => {
    const cases = [caseOf('young', 'a', NOW), caseOf('old', 'b', NOW), caseOf('young', 'c', NOW)]
    const { deps, read, fitted } = world(cases, made)
    const memory = emptyMemory()
    want(memory.fitting, cases, new Map())
    await learn(deps, memory)
    expect(new Set(read)).toEqual(new Set(['old young']))
    expect(fitted.sort()).toEqual(['a', 'b', 'c'])
  })

  it('begin with what has waited longest', async () => {
    const cases = [caseOf('young', 'a', NOW), caseOf('old', 'b', NOW), caseOf('young', 'c', NOW)]
    const { deps, read } = world(cases, made)
    const memory = emptyMemory()
    want(memory.fitting, [caseOf('old', 'b', NOW - DAY)], new Map())
    // What is named alike there would come along.
    want(memory.fitting, cases, new Map([['young', ['a', 'c', 'b-1', 'b-2', 'b-3', 'b-4', 'b-5', 'b-6']]]))
    await learn(deps, memory)
    expect([...new Set(read)]).toEqual(['old', 'young'])
  })

  it('are counted while they wait, with the age of the oldest, and not when they are there', async () => {
    const cases = [caseOf('shop', 'a'), caseOf('shop', 'b')]
    const { deps } = world(cases, made)
    const memory = emptyMemory()
    want(memory.fitting, cases, new Map())
    expect(modelState(memory, NOW + 60_000)).toMatchObject({ fitsWaiting: 2, oldestWaitMs: 60_000 })
    await learn(deps, memory)
    expect(modelState(memory, NOW + 60_000)).toMatchObject({ fitsWaiting: 0, oldestWaitMs: 0 })
    expect(modelState(memory, NOW).modelBytes).toBeGreaterThan(0)
  })

  it('are tried once a tick: what was lost waits on, with its age', async () => {
    const cases = [caseOf('shop', 'a'), caseOf('shop', 'b')]
    const { deps, fitted } = world(cases, async (job) => {
      if (job.window.subject.name === 'a') throw new Error('the worker died')
      return made(job)
    })
    const memory = emptyMemory()
    want(memory.fitting, cases, new Map())
    await learn(deps, memory)
    expect(fitted.sort()).toEqual(['a', 'b'])
    want(memory.fitting, [caseOf('shop', 'a', NOW + 300_000)], new Map())
    expect(modelState(memory, NOW + 300_000)).toMatchObject({ fitsWaiting: 1, oldestWaitMs: 300_000 })
  })

  it('are given up for now when none comes back: whoever fits is gone', async () => {
    const cases = [caseOf('a', 'a'), caseOf('b', 'b')]
    const { deps, read } = world(cases, async () => {
      throw new Error('the worker died')
    })
    const memory = emptyMemory()
    want(memory.fitting, cases, new Map([['b', ['b', 'a-1', 'a-2', 'a-3', 'a-4', 'a-5', 'a-6']]]))
    await learn(deps, memory)
    expect([...new Set(read)]).toEqual(['a'])
  })

  it('are of what is asked for now, where that has changed meanwhile', async () => {
    const later = { ...ask, upToMs: NOW }
    const now = { ...caseOf('shop', 'a'), asks: [later], absent: [later] }
    const { deps, fitted } = world([now], async (job) => {
      want(memory.fitting, [now], new Map())
      return made(job)
    })
    const memory = emptyMemory()
    want(memory.fitting, [caseOf('shop', 'a')], new Map())
    await learn(deps, memory)
    expect(memory.models.get(now.name, later)).toBeDefined()
    expect(fitted).toHaveLength(2)
    expect(modelState(memory, NOW)).toMatchObject({ fitsWaiting: 0, oldestWaitMs: 0 })
  })

  it('go on beside the tick that asked for them, one run at a time', async () => {
    const { deps, fitted } = world([caseOf('shop', 'a')], made)
    const memory = emptyMemory()
    want(memory.fitting, [caseOf('shop', 'a')], new Map())
    await Promise.all([learn({ ...deps, fits: 'beside' }, memory), learn({ ...deps, fits: 'beside' }, memory)])
    expect(memory.fitting.running).toBe(true)
    await expect.poll(() => memory.fitting.running).toBe(false)
    expect(fitted).toHaveLength(1)
  })
})
